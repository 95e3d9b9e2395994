using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>What is read of a host for <see cref="FirewallFacts"/>.</summary>
public static class FirewallSources
{
    /// <summary>What systemd knows of the units that load rules, a block each.</summary>
    public const string Units = "audit/firewall-units.txt";

    /// <summary>firewalld's zones as they are in force.</summary>
    public const string RuntimeZones = "audit/firewalld-zones.txt";

    /// <summary>firewalld's policies as they are in force.</summary>
    public const string RuntimePolicies = "audit/firewalld-policies.txt";

    /// <summary>Whether nft takes the file that nftables.service loads: empty where it does.</summary>
    public const string NftCheck = "audit/nft-check.txt";

    /// <summary>The units that load rules at boot, of every firewall that Virtward knows.</summary>
    public static readonly System.Collections.Immutable.ImmutableArray<string> UnitNames =
    [
        "firewalld.service", "nftables.service", "ufw.service", "iptables.service", "ip6tables.service", "netfilter-persistent.service",
        "pve-firewall.service", "proxmox-firewall.service", "shorewall.service", "ferm.service", "csf.service", "virtward.service", "virtward-firewall.service",
    ];

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            new FileSource("/etc/firewalld/firewalld.conf", Cleaning.Nothing),
            new FileSource("/etc/firewalld/direct.xml", Cleaning.Nothing),
            new FileSource("/etc/firewalld/zones/*.xml", Cleaning.Nothing),
            new FileSource("/etc/firewalld/policies/*.xml", Cleaning.Nothing),
            new FileSource("/etc/firewalld/services/*.xml", Cleaning.Nothing),
            new FileSource("/etc/firewalld/ipsets/*.xml", Cleaning.Nothing),
            new FileSource("/usr/lib/firewalld/zones/*.xml", Cleaning.Nothing),
            new FileSource("/usr/lib/firewalld/policies/*.xml", Cleaning.Nothing),
            new FileSource("/etc/default/ufw", Cleaning.Nothing),
            new FileSource("/etc/ufw/*.conf", Cleaning.Nothing),
            new FileSource("/etc/ufw/*.rules", Cleaning.Nothing),
            new FileSource("/etc/nftables.conf", Cleaning.Nothing),
            new FileSource("/etc/nftables.d/*", Cleaning.Nothing),
            new FileSource("/etc/nftables/*.nft", Cleaning.Nothing),
            new FileSource("/etc/sysconfig/nftables.conf", Cleaning.Nothing),
            new FileSource("/etc/iptables/rules.v4", Cleaning.Nothing),
            new FileSource("/etc/iptables/rules.v6", Cleaning.Nothing),
            new FileSource("/etc/sysconfig/iptables", Cleaning.Nothing),
            new FileSource("/etc/sysconfig/ip6tables", Cleaning.Nothing),
            new FileSource("/etc/NetworkManager/system-connections/*", ConnectionProfile.Clean),
            new FileSource("/run/NetworkManager/system-connections/*", ConnectionProfile.Clean),
            new FileSource("/etc/sysconfig/network-scripts/ifcfg-*", ConnectionProfile.Clean),
            new FileSource("/proc/net/ip_tables_names", Cleaning.Nothing),
            new FileSource("/proc/net/ip6_tables_names", Cleaning.Nothing),
        ],
        Commands =
        [
            new CommandSource(Units, Command.Of("systemctl", ["show", "--no-pager", "-p", "Id,LoadState,ActiveState,UnitFileState,Before", .. UnitNames])),
        ],
        FollowUps = [Runtime, Check],
    };

    // firewall-cmd calls the daemon by D-Bus, which would start it: only one that runs already is asked.
    private static IEnumerable<CommandSource> Runtime(Snapshot snapshot)
    {
        if (FirewallUnits.Read(snapshot).Find("firewalld.service") is { Active: true })
        {
            yield return new CommandSource(RuntimeZones, Command.Of("firewall-cmd", "--list-all-zones") with { TimeLimit = TimeSpan.FromSeconds(10) });
            yield return new CommandSource(RuntimePolicies, Command.Of("firewall-cmd", "--list-all-policies") with { TimeLimit = TimeSpan.FromSeconds(10) });
        }
    }

    // nft -c loads the kernel's parts that a file names; where the file was loaded at boot they are there already.
    private static IEnumerable<CommandSource> Check(Snapshot snapshot)
    {
        if (FirewallUnits.Read(snapshot).Find("nftables.service") is { Active: true } && NftablesFile.Path(snapshot) is string path)
        {
            yield return new CommandSource(NftCheck, Command.Of("nft", "-c", "-f", path) with { TimeLimit = TimeSpan.FromSeconds(10) });
        }
    }
}
