using System.Collections.Immutable;

namespace Virtward.Hardening.Checks;

/// <summary>The areas of the catalogue, in the order of reports, with their names for people.</summary>
public static class Areas
{
    /// <summary>What stands before the number in an id, and its name.</summary>
    public static readonly ImmutableArray<(string Prefix, string Name)> All =
    [
        ("EXP", "Exposure"), ("FW", "Firewall"), ("SSH", "SSH"), ("SYS", "Kernel settings"), ("V6", "IPv6"), ("LV", "libvirt and QEMU"),
        ("NET", "Networks and DNS"), ("VPN", "VPN"), ("UPD", "Updates"), ("PKG", "Packages"), ("SVC", "Services"), ("MAC", "Mandatory access control and audit"),
        ("AUT", "Accounts and permissions"), ("BOOT", "Boot"), ("BAN", "Bans"), ("LOG", "Logs"), ("BKP", "Backups"), ("GST", "Guests"),
    ];

    /// <summary>The name of an area; its own prefix where there is none.</summary>
    public static string NameOf(string prefix) => All.FirstOrDefault(area => area.Prefix == prefix).Name ?? prefix;
}
