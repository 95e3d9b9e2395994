using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Matrix;
using Virtward.Tests.Exposure.Questions;
using Xunit;

namespace Virtward.Tests.Exposure.Matrix;

/// <summary>Listeners that are reached by packets sent to somebody else.</summary>
public sealed class ForeignDestinationsTests
{
    private const string Handing = """
        table ip t {
            chain c {
                type filter hook prerouting priority mangle; policy accept;
                iifname "virbr0" tcp dport { 80, 443 } tproxy to 127.0.0.1:tcp dport map { 80 : 3129, 443 : 3130 } meta mark set 0x1
            }
        }
        """;

    private const string Listeners = """
        {"version":1,"listeners":[
          {"protocol":"tcp","number":6,"address":"127.0.0.1","port":3129,"v6Only":false,"transparent":TRUTH,"processes":[{"pid":7,"name":"squid"}],"uid":0,"inode":1,"purpose":""},
          {"protocol":"tcp","number":6,"address":"192.168.122.1","port":80,"v6Only":false,"transparent":false,"processes":[{"pid":8,"name":"nginx"}],"uid":0,"inode":2,"purpose":""},
          {"protocol":"tcp","number":6,"address":"0.0.0.0","port":22,"v6Only":false,"transparent":false,"processes":[{"pid":9,"name":"sshd"}],"uid":0,"inode":3,"purpose":""}]}
        """;

    private const string Rules = """[{"priority":0,"src":"all","table":"255"},{"priority":10,"src":"all","fwmark":"0x1","table":"100"},{"priority":32766,"src":"all","table":"254"}]""";

    private static readonly string Local = string.Concat(new[] { "203.0.113.10", "192.168.1.5", "10.8.0.1", "192.168.122.1", "192.168.100.1" }
        .Select(static own => $$"""{"type":"local","dst":"{{own}}","dev":"lo","table":"255","scope":"host","flags":[]},"""));

    [Theory]
    [InlineData("true", "squid guests 192.168.122.0/24")]
    [InlineData("false", "squid guests nobody")]
    public void A_proxy_on_loopback_is_reached_by_whom_a_rule_hands_to_it(string transparent, string expected)
    {
        ExposureReport report = Report(Handing, transparent, """{"type":"local","dst":"default","dev":"lo","table":"100","scope":"host","flags":[]},""");
        string[] told = [.. report.Rows.SelectMany(static row => row.Cells.Select(cell => $"{row.Endpoint.Name} {cell.Zone} {cell.Words}"))];
        Assert.Contains(told, one => one.StartsWith(expected, StringComparison.Ordinal));
        Assert.Contains("squid internet nobody", told);

        // What it takes no longer gets to nginx; the other guests' network is not handed on.
        Assert.Contains(told, one => one == (transparent == "true" ? "nginx guests 192.168.100.0/24" : "nginx guests anyone"));
        if (transparent == "true")
        {
            ExposureRow squid = report.Rows.Single(static row => row.Endpoint.Name == "squid");
            string remedies = string.Join('\n', Remedies.For(squid.Endpoint, squid.Cells.Single(static cell => cell.Zone == "guests"), Hosts.Rules(Handing)));
            Assert.Contains("which hands it on", remedies, StringComparison.Ordinal);
            Assert.Contains("prerouting iifname \"virbr0\" tcp dport { 80 } drop", remedies, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_listens_everywhere_is_reached_at_a_whole_network_that_a_route_makes_the_hosts()
    {
        const string closed = """
            table inet filter {
                chain input {
                    type filter hook input priority filter; policy drop;
                    ip daddr 198.51.100.0/24 tcp dport 22 accept
                }
            }
            """;
        ExposureReport report = Report(closed, "false", """{"type":"local","dst":"198.51.100.0/24","dev":"lo","table":"255","scope":"host","flags":[]},""");
        ExposureRow ssh = report.Rows.Single(static row => row.Endpoint.Name == "ssh");
        Cell internet = ssh.Cells.Single(static cell => cell.Zone == "internet");
        Assert.StartsWith("anyone", internet.Words, StringComparison.Ordinal);
        Assert.Equal("198.51.100.20", internet.Sets.Witnesses.First(static one => one.Outcome == Virtward.Exposure.Answers.Outcome.Accept).Packet.Destination.ToString());
    }

    private static ExposureReport Report(string rules, string transparent, string route)
    {
        Snapshot usual = KvmHost.Facts().Snapshot;
        HostFacts facts = HostFacts.Read(usual
            .With(SnapshotNames.Listeners, Listeners.Replace("TRUTH", transparent, StringComparison.Ordinal))
            .With(SnapshotNames.Rules, Rules)
            .With(SnapshotNames.Routes, $$"""[{{route}}{{Local}}{{usual.Text(SnapshotNames.Routes)![1..]}}"""));
        return new MatrixMaker(facts, Hosts.Rules(rules), facts.Zones([])).Make(null, static (_, _) => { }, TestContext.Current.CancellationToken);
    }
}
