using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Topology;
using Virtward.Host.Tests.Exposure.Truth.Generator;
using Virtward.Host.Tests.Exposure.Truth.Judge;
using Virtward.Host.Tests.Exposure.Truth.Scene;
using Xunit;
using static Virtward.Host.Tests.Exposure.Truth.Judge.KernelThenEngine;

namespace Virtward.Host.Tests.Exposure.Truth;

/// <summary>
/// Packets for others that rules hand to a program here, and rules that ask for the socket that a packet belongs to. Transparent sockets stand at 127.0.0.1 and ::1, port 50080,
/// and at every address, port 50081; one that is not, at port 50090.
/// </summary>
public sealed class TransparentProxyTests
{
    private const int NotTransparent = 50090;

    [Theory]
    [InlineData("tcp dport 80 tproxy to 127.0.0.1:50080 meta mark set 0x77", 80, "host")]
    [InlineData("tcp dport 80 tproxy to 127.0.0.1:50080 meta mark set 0x77", 81, "eth0")]
    [InlineData("tcp dport 80 tproxy to 127.0.0.1:50080", 80, "")]
    [InlineData("tcp dport 80 tproxy to 127.0.0.1:50082 meta mark set 0x77", 80, "eth0")]
    [InlineData("tcp dport 80 tproxy to :50081 meta mark set 0x77", 80, "host")]
    [InlineData("tcp dport 80 tproxy to :50080 meta mark set 0x77", 80, "eth0")]
    [InlineData("tcp dport 80 tproxy to :50090 meta mark set 0x77", 80, "eth0")]
    [InlineData("meta l4proto tcp tproxy to 127.0.0.1 meta mark set 0x77", 50080, "host")]
    [InlineData("meta l4proto tcp tproxy to 127.0.0.1 meta mark set 0x77", 80, "eth0")]
    [InlineData("meta l4proto tcp tproxy to 127.0.0.1:tcp dport map { 80 : 50080, 81 : 9 } meta mark set 0x77", 80, "host")]
    [InlineData("meta l4proto tcp tproxy to 127.0.0.1:tcp dport map { 80 : 50080, 81 : 9 } meta mark set 0x77", 81, "eth0")]
    [InlineData("meta l4proto tcp tproxy to 127.0.0.1:tcp dport map { 80 : 50080, 81 : 9 } meta mark set 0x77", 82, "eth0")]
    public void A_socket_takes_what_is_for_somebody_else(string rule, int port, string to) =>
        Agree("ip", rule, Of("vnet0", "192.168.122.10", "8.8.8.8", port), to);

    [Theory]
    [InlineData("tcp dport 80 tproxy ip6 to [::1]:50080 meta mark set 0x77", "host")]
    [InlineData("tcp dport 80 tproxy ip6 to :50081 meta mark set 0x77", "host")]
    [InlineData("tcp dport 80 tproxy ip6 to :50080 meta mark set 0x77", "eth0")]
    [InlineData("tcp dport 80 tproxy ip to 127.0.0.1:50080 meta mark set 0x77", "eth0")]
    [InlineData("tcp dport 80 tproxy ip6 to [::1]:50080", "")]
    public void So_it_does_over_IPv6(string rule, string to) =>
        Agree("inet", rule, Of("vnet0", "fd00:122::10", "2606:4700::1111", 80), to);

    [Theory]
    [InlineData("socket transparent 1 drop", 50081, "")]
    [InlineData("socket transparent 0 drop", 50081, "host")]
    [InlineData("socket transparent 0 drop", NotTransparent, "")]
    [InlineData("socket transparent 1 drop", NotTransparent, "host")]
    [InlineData("socket wildcard 1 drop", NotTransparent, "")]
    [InlineData("socket wildcard 0 drop", NotTransparent, "host")]
    [InlineData("socket wildcard 0 drop", 9, "host")]
    [InlineData("socket wildcard != 0 drop", 9, "host")]
    [InlineData("socket wildcard { 0, 1 } drop", 9, "host")]
    [InlineData("socket wildcard { 0, 1 } drop", 50081, "")]
    [InlineData("tproxy to 127.0.0.1:50080 socket wildcard 0 drop", 50081, "")]
    [InlineData("tproxy to 127.0.0.1:50080 socket wildcard 1 drop", 50081, "host")]
    public void A_rule_asks_for_the_socket(string rule, int port, string to) =>
        Agree("ip", $"meta l4proto tcp {rule}", Of("eth0", "8.8.8.8", "203.0.113.10", port), to);

    [Theory]
    [InlineData("-p tcp --dport 80 -j TPROXY --on-port 50080 --on-ip 127.0.0.1 --tproxy-mark 0x77/0xff", 80, "host")]
    [InlineData("-p tcp --dport 80 -j TPROXY --on-port 50081 --tproxy-mark 0x77", 80, "host")]
    [InlineData("-p tcp --dport 80 -j TPROXY --on-port 50080 --tproxy-mark 0x77", 80, "")]
    [InlineData("-p tcp --dport 80 -j TPROXY --on-port 9 --on-ip 127.0.0.1", 80, "")]
    [InlineData("-p tcp --dport 80 -j TPROXY --on-port 9 --on-ip 127.0.0.1", 81, "eth0")]
    [InlineData("-p tcp -j TPROXY --on-port 0 --on-ip 127.0.0.1 --tproxy-mark 0x77", 50080, "host")]
    [InlineData("-p tcp -m socket --nowildcard -j DROP", 50081, "")]
    [InlineData("-p tcp -m socket -j DROP", 50081, "eth0")]
    [InlineData("-p tcp -m socket --nowildcard -j DROP", 9, "eth0")]
    [InlineData("-p tcp -m socket --nowildcard --transparent -j DROP", NotTransparent, "eth0")]
    public void Both_iptables_do_so_too(string rule, int port, string to)
    {
        foreach (string program in (ReadOnlySpan<string>)["iptables-nft", "iptables-legacy"])
        {
            Assert.SkipUnless(File.Exists($"/usr/sbin/{program}"), $"{program} is not installed");
            using TruthScene scene = Scene();
            scene.Host.Exec(program, ["-t", "mangle", "-A", "PREROUTING", .. rule.Split(' ')]);
            Judge(scene, Of("vnet0", "192.168.122.10", "8.8.8.8", port), to);
        }
    }

    private static void Agree(string family, string rule, Packet packet, string to)
    {
        using TruthScene scene = Scene();
        Assert.Null(scene.Load($"table {family} t {{\n chain c {{\n type filter hook prerouting priority mangle; policy accept;\n {rule}\n }}\n }}"));
        Judge(scene, packet, to);
    }

    private static TruthScene Scene()
    {
        var scene = new TruthScene(Layout.Plain with { Commands = Proxies.Routes, CommandsV6 = Proxies.Routes });
        Proxies.OpenOn(scene);
        scene.Quiet.OpenTcp([NotTransparent]);
        return scene;
    }

    private static void Judge(TruthScene scene, Packet packet, string to)
    {
        Assert.Equal(to, new Prober(scene).Run([packet]).Single().To ?? "");
        var sources = new RulesetSources
        {
            NftText = scene.Listing(),
            NftJson = scene.Host.Exec("nft", ["-j", "list", "ruleset"]),
            IptablesSave = scene.Host.Exec("iptables-nft-save", []),
            IptablesLegacySave = scene.Host.Exec("iptables-legacy-save", []),
        };
        HostNetwork network = SceneFacts.Read(scene.Host) with { Sockets = scene.Quiet.Sockets };
        Trace said = new Tracer(RulesetReader.Read(sources).Value, network).Trace(packet);
        Assert.Equal(to, said.DependsOn.IsEmpty ? said.To ?? "" : string.Join(' ', said.DependsOn));
    }
}
