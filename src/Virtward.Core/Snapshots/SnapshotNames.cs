using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>The names of a snapshot's files; docs/snapshot.md has the format of each.</summary>
public static class SnapshotNames
{
    /// <summary>What took it, when, where, and what is missing: JSON.</summary>
    public const string Meta = "meta.json";

    /// <summary><c>nft -a list ruleset</c>.</summary>
    public const string NftText = "nft.txt";

    /// <summary><c>nft -j list ruleset</c>.</summary>
    public const string NftJson = "nft.json";

    /// <summary><c>iptables-save</c> of the variant that the system uses.</summary>
    public const string Iptables = "iptables-save.txt";

    /// <summary><c>ip6tables-save</c> of the variant that the system uses.</summary>
    public const string Ip6tables = "ip6tables-save.txt";

    /// <summary><c>iptables-legacy-save</c>, where the old tables exist.</summary>
    public const string IptablesLegacy = "iptables-legacy-save.txt";

    /// <summary><c>ip6tables-legacy-save</c>, where the old tables exist.</summary>
    public const string Ip6tablesLegacy = "ip6tables-legacy-save.txt";

    /// <summary><c>ipset save</c>.</summary>
    public const string Ipset = "ipset-save.txt";

    /// <summary><c>ip -j -d link</c>.</summary>
    public const string Links = "ip-link.json";

    /// <summary><c>ip -j -d addr</c>.</summary>
    public const string Addresses = "ip-addr.json";

    /// <summary><c>ip -j -d -4 route show table all</c>.</summary>
    public const string Routes = "ip-route.json";

    /// <summary><c>ip -j -d -6 route show table all</c>.</summary>
    public const string Routes6 = "ip-route6.json";

    /// <summary><c>ip -j -d nexthop</c>.</summary>
    public const string NextHops = "ip-nexthop.json";

    /// <summary><c>ip -j -d -4 rule</c>.</summary>
    public const string Rules = "ip-rule.json";

    /// <summary><c>ip -j -d -6 rule</c>.</summary>
    public const string Rules6 = "ip-rule6.json";

    /// <summary><c>ip -j neigh</c>.</summary>
    public const string Neighbours = "ip-neigh.json";

    /// <summary><c>bridge -j -d link</c>.</summary>
    public const string BridgeLinks = "bridge-link.json";

    /// <summary><c>bridge -j vlan</c>.</summary>
    public const string BridgeVlans = "bridge-vlan.json";

    /// <summary><c>bridge -j fdb</c>.</summary>
    public const string BridgeFdb = "bridge-fdb.json";

    /// <summary>The names of routing tables, as in /etc/iproute2/rt_tables: number, name.</summary>
    public const string RouteTableNames = "rt_tables.txt";

    /// <summary>The names of interface groups, as in /etc/iproute2/group: number, name.</summary>
    public const string GroupNames = "group.txt";

    /// <summary>Kernel settings that decide where packets go, <c>key = value</c> a line.</summary>
    public const string Sysctl = "sysctl.txt";

    /// <summary>Listeners: JSON, see <see cref="ListenersText"/>.</summary>
    public const string Listeners = "listeners.json";

    /// <summary>Where libvirt's files lie.</summary>
    public const string Libvirt = "libvirt/";

    /// <summary>The XML of a guest, a file each.</summary>
    public const string Domains = Libvirt + "domain-";

    /// <summary>The XML of a running guest as it runs, a file each.</summary>
    public const string RunningDomains = Libvirt + "running-";

    /// <summary>The XML of a guests' network, a file each.</summary>
    public const string Networks = Libvirt + "network-";

    /// <summary>The XML of an active network as it is, a file each.</summary>
    public const string ActiveNetworks = Libvirt + "active-";

    /// <summary>The DHCP leases of a guests' network, as libvirt's dnsmasq keeps them: JSON, a file each.</summary>
    public const string Leases = Libvirt + "leases-";

    /// <summary>A guest's addresses as its agent tells them: <c>virsh domifaddr --source agent</c>, a file each.</summary>
    public const string AgentAddresses = Libvirt + "agent-";

    /// <summary>Owners and modes of files: JSON, see <see cref="FileStatesText"/>.</summary>
    public const string FileStates = "files.json";

    /// <summary>Where copies of configuration files lie, by their paths: <c>root/etc/ssh/sshd_config</c>.</summary>
    public const string Root = "root/";

    /// <summary>Where the outputs of programs lie that only an audit asks.</summary>
    public const string Audit = "audit/";

    /// <summary>The running qemus, and how well they are locked in: JSON, see <see cref="QemuProcessesText"/>.</summary>
    public const string QemuProcesses = Audit + "qemu-processes.json";

    /// <summary>The folders that a snapshot may have.</summary>
    public static readonly ImmutableArray<string> Folders = [Libvirt, Root, Audit];

    /// <summary>The name of a configuration file's copy.</summary>
    /// <param name="path">Its absolute path.</param>
    public static string OfPath(string path) => Root + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries)
        .Select(static part => part[0] == '.' ? $"%2e%{Snapshot.NamePart(part[1..])}" : Snapshot.NamePart(part)));
}
