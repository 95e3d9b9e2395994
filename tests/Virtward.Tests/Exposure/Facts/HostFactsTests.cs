using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Rulesets;
using Virtward.Output;
using Xunit;

namespace Virtward.Tests.Exposure.Facts;

public sealed class HostFactsTests
{
    [Theory]
    [InlineData(SnapshotNames.Links, null, "ip-link.json is missing (the snapshot has no such file)")]
    [InlineData(SnapshotNames.Addresses, "", "is empty: ip-addr.json")]
    [InlineData(SnapshotNames.Addresses, "[{\"ifindex\":1}", "ip-addr.json:1: is no JSON: it ends before everything that was opened is closed")]
    [InlineData(SnapshotNames.Sysctl, "", "is empty: sysctl.txt")]
    [InlineData(SnapshotNames.Listeners, "{\"version\":1,\"listeners\":[[", "listeners.json:1: is not what virtward writes: a value is of another kind")]
    [InlineData(SnapshotNames.Rules, null, null)]
    [InlineData(SnapshotNames.Neighbours, null, null)]
    [InlineData(SnapshotNames.Routes, "", null)]
    public void What_the_answers_need_and_nobody_could_read_is_told_before_them(string file, string? text, string? gap)
    {
        HostFacts facts = Read(file, text);
        Assert.Equal(gap is null ? 0 : 1, facts.Gaps.Count());
        if (gap is not null)
        {
            string told = facts.Gaps.Single().ToString();
            Assert.StartsWith(gap, told, StringComparison.Ordinal);
            Assert.DoesNotContain("BytePosition", told, StringComparison.Ordinal);
            ExposureReport report = new MatrixMaker(facts, Ruleset.Empty, facts.Zones([])).Make(null, static (_, _) => { }, TestContext.Current.CancellationToken);
            using var said = new StringWriter();
            ExposureText.Write(said, report, false);
            Assert.StartsWith($"not all is known, and what is called closed may be open: {told}", said.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("nothing listens here", said.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(report.Notes, note => note.ToString().Contains(file, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Sockets_without_a_port_are_told_of()
    {
        HostFacts facts = Read(SnapshotNames.Listeners, """
            {"version":1,"listeners":[
              {"protocol":"packet","number":0,"address":"0.0.0.0","port":0,"v6Only":false,"device":"eth0","processes":[{"pid":7,"name":"dhclient"}],"uid":0,"user":"root","inode":1,"purpose":""},
              {"protocol":"packet","number":0,"address":"0.0.0.0","port":0,"v6Only":false,"device":"eth0","processes":[{"pid":7,"name":"dhclient"}],"uid":0,"user":"root","inode":2,"purpose":""},
              {"protocol":"raw","number":112,"address":"0.0.0.0","port":0,"v6Only":false,"processes":[{"pid":8,"name":"keepalived"}],"uid":0,"user":"root","inode":3,"purpose":""}]}
            """);
        ExposureReport report = new MatrixMaker(facts, Ruleset.Empty, facts.Zones([])).Make(null, static (_, _) => { }, TestContext.Current.CancellationToken);
        Assert.Empty(report.Rows);
        Assert.Contains(report.Notes, static note => note.What == "packet sockets get frames before any rule does: dhclient at eth0");
        Assert.Contains(report.Notes, static note => note.What.StartsWith("raw sockets get all that the rules let in of a protocol: keepalived for ", StringComparison.Ordinal));
    }

    private static HostFacts Read(string file, string? text)
    {
        Dictionary<string, string> files = new(StringComparer.Ordinal)
        {
            [SnapshotNames.Links] = SampleHost.Links,
            [SnapshotNames.Addresses] = SampleHost.Addresses,
            [SnapshotNames.Routes] = "[]",
            [SnapshotNames.Routes6] = "[]",
            [SnapshotNames.Rules] = "[]",
            [SnapshotNames.Rules6] = "[]",
            [SnapshotNames.Sysctl] = "net.ipv4.ip_forward = 1",
            [SnapshotNames.Listeners] = """{"version":1,"listeners":[]}""",
            [SnapshotNames.NftText] = "",
        };
        files.Remove(file);
        if (text is not null)
        {
            files[file] = text;
        }

        return HostFacts.Read(SampleHost.Of([.. files.Select(static pair => (pair.Key, pair.Value))]));
    }
}
