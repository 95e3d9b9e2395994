using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Questions;
using Virtward.Exposure.Rulesets;
using Virtward.Tests.Exposure.Facts;

namespace Virtward.Tests.Exposure.Questions;

/// <summary>A host as a snapshot has it: eth0 to the Internet, eth1 to management, wg0, virbr0 with the guests web1 and db1, virbr1 with the guest lab1.</summary>
internal static class KvmHost
{
    private const string Links =
        """
        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP"],"link_type":"loopback"},
         {"ifindex":2,"ifname":"eth0","flags":["UP"],"link_type":"ether"},
         {"ifindex":3,"ifname":"eth1","flags":["UP"],"link_type":"ether"},
         {"ifindex":4,"ifname":"wg0","flags":["UP"],"link_type":"none","linkinfo":{"info_kind":"wireguard"}},
         {"ifindex":5,"ifname":"virbr0","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"bridge"}},
         {"ifindex":6,"ifname":"vnet0","flags":["UP"],"link_type":"ether","master":"virbr0","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"isolated":ISOLATED}}},
         {"ifindex":7,"ifname":"vnet1","flags":["UP"],"link_type":"ether","master":"virbr0","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"isolated":ISOLATED}}},
         {"ifindex":8,"ifname":"virbr1","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"bridge"}},
         {"ifindex":9,"ifname":"vnet2","flags":["UP"],"link_type":"ether","master":"virbr1","linkinfo":{"info_kind":"tun"}}]
        """;

    private const string Addresses =
        """
        [{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8},{"family":"inet6","local":"::1","prefixlen":128}]},
         {"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24},{"family":"inet6","local":"2001:db8::10","prefixlen":64}]},
         {"ifindex":3,"ifname":"eth1","addr_info":[{"family":"inet","local":"192.168.1.5","prefixlen":24}]},
         {"ifindex":4,"ifname":"wg0","addr_info":[{"family":"inet","local":"10.8.0.1","prefixlen":24}]},
         {"ifindex":5,"ifname":"virbr0","addr_info":[{"family":"inet","local":"192.168.122.1","prefixlen":24}]},
         {"ifindex":8,"ifname":"virbr1","addr_info":[{"family":"inet","local":"192.168.100.1","prefixlen":24}]}]
        """;

    private const string Routes =
        """
        [{"dst":"default","gateway":"203.0.113.1","dev":"eth0","flags":[]},{"dst":"203.0.113.0/24","dev":"eth0","flags":[]},{"dst":"192.168.1.0/24","dev":"eth1","flags":[]},
         {"dst":"10.8.0.0/24","dev":"wg0","flags":[]},{"dst":"192.168.122.0/24","dev":"virbr0","flags":[]},{"dst":"192.168.100.0/24","dev":"virbr1","flags":[]}]
        """;

    /// <summary>What libvirt's default network makes: its guests go anywhere, from outside only answers come in.</summary>
    public const string LibvirtNat = """
        table inet filter {
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                iifname "virbr0" udp dport { 53, 67 } accept
                iifname { "eth1", "wg0" } tcp dport 22 accept
                udp dport 51820 accept
            }
            chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                iifname "virbr0" ip saddr 192.168.122.0/24 accept
            }
        }
        """;

    /// <summary>The facts.</summary>
    public static HostFacts Facts(bool isolated = false, params (string Name, string Text)[] more) => HostFacts.Read(SampleHost.Of(
    [
        (SnapshotNames.Links, Links.Replace("ISOLATED", isolated ? "true" : "false", StringComparison.Ordinal)),
        (SnapshotNames.Addresses, Addresses),
        (SnapshotNames.Routes, Routes),
        (SnapshotNames.Routes6, """[{"dst":"default","gateway":"2001:db8::1","dev":"eth0","flags":[]},{"dst":"2001:db8::/64","dev":"eth0","flags":[]}]"""),
        (SnapshotNames.Sysctl, "net.ipv4.ip_forward = 1\n"),
        (SnapshotNames.RunningDomains + "web1.xml", Domain("web1", "vnet0", "52:54:00:00:00:10")),
        (SnapshotNames.RunningDomains + "db1.xml", Domain("db1", "vnet1", "52:54:00:00:00:11")),
        (SnapshotNames.RunningDomains + "lab1.xml", Domain("lab1", "vnet2", "52:54:00:00:00:05")),
        (SnapshotNames.Neighbours, """[{"dst":"192.168.122.10","dev":"virbr0","lladdr":"52:54:00:00:00:10","state":["REACHABLE"]},{"dst":"192.168.122.11","dev":"virbr0","lladdr":"52:54:00:00:00:11","state":["REACHABLE"]},{"dst":"192.168.100.5","dev":"virbr1","lladdr":"52:54:00:00:00:05","state":["REACHABLE"]}]"""),
        .. more,
    ]));

    /// <summary>The questions, with rules and a policy's zones.</summary>
    public static ExposureQuestions Ask(string rules, bool isolated = false, params ImmutableArray<ZonePolicy> policy)
    {
        HostFacts facts = Facts(isolated);
        return new ExposureQuestions(facts, rules.Length == 0 ? Ruleset.Empty : Hosts.Rules(rules), facts.Zones(policy));
    }

    /// <summary>The matrix.</summary>
    public static ExposureReport Report(string rules, bool isolated = false) =>
        Ask(rules, isolated).Matrix.Make(null, static (_, _) => { }, TestContextToken);

    private static CancellationToken TestContextToken => Xunit.TestContext.Current.CancellationToken;

    private static string Domain(string name, string device, string mac) =>
        $"<domain><name>{name}</name><devices><interface type='bridge'><mac address='{mac}'/><target dev='{device}'/></interface></devices></domain>";
}
