using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>software:</c>.</summary>
public static class SoftwareSection
{
    private static readonly ImmutableArray<string> UnitKinds = [".service", ".socket", ".timer", ".target", ".path", ".mount", ".automount", ".swap"];

    // Without these there is no way in, no guests, or no Virtward.
    private static readonly ImmutableArray<string> NeededUnits =
    [
        "ssh.service", "sshd.service", "ssh.socket", "sshd.socket", "dbus.service", "dbus.socket", "dbus-broker.service", "libvirtd.service", "libvirtd.socket",
        "virtqemud.service", "virtqemud.socket", "virtward.service", "systemd-journald.service", "systemd-networkd.service", "NetworkManager.service",
    ];

    private static readonly ImmutableArray<string> NeededPackages = ["openssh-server", "systemd", "dbus", "nftables", "libvirt-daemon", "libvirt-daemon-system", "virtward"];

    /// <summary>Reads it.</summary>
    public static SoftwarePolicy Read(YamlItem item, ProblemList problems)
    {
        Section section = Section.Open(item, "software", problems, "absent", "masked-units");
        var standard = new SoftwarePolicy();
        return new SoftwarePolicy
        {
            Absent = section.ReadList("absent", standard.Absent, Package),
            MaskedUnits = section.ReadList("masked-units", standard.MaskedUnits, Unit),
        };
    }

    // Debian policy 5.6.1 and rpm's own names: letters, digits and "+-._".
    private static bool Package(YamlItem item, ProblemList problems, out string value)
    {
        value = item is YamlText { IsEmpty: false } text ? text.Text : "";
        if (value.Length is 0 or > 128 || !char.IsAsciiLetterOrDigit(value[0])
            || !value.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '-' or '.' or '_'))
        {
            problems.AddExpected(item, "a package's name, such as telnetd");
            return false;
        }

        return NotNeeded(item, problems, value, NeededPackages);
    }

    // systemd.unit(5): letters, digits and ":-_.\", with "@" for a template.
    private static bool Unit(YamlItem item, ProblemList problems, out string value)
    {
        string name = value = item is YamlText { IsEmpty: false } text ? text.Text : "";
        if (name.Length > 255 || !UnitKinds.Any(kind => name.EndsWith(kind, StringComparison.Ordinal) && name.Length > kind.Length) || name[0] == '-'
            || !name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is ':' or '-' or '_' or '.' or '\\' or '@'))
        {
            problems.AddExpected(item, "a unit's full name, such as cups.service");
            return false;
        }

        return NotNeeded(item, problems, name, NeededUnits);
    }

    private static bool NotNeeded(YamlItem item, ProblemList problems, string name, ImmutableArray<string> needed)
    {
        if (!needed.Contains(name))
        {
            return true;
        }

        problems.Add(item, $"without {name} nobody could look after this host", "leave it out");
        return false;
    }
}
