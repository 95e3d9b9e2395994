using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Sets of many thousand intervals: handed out unmade, measured without being made, and the same when they are.</summary>
public sealed class LargeSetTests
{
    private static readonly Address Own = Address.Parse(Hosts.Own);

    [Fact]
    public void What_is_measured_is_what_is_made()
    {
        var random = new Random(11);
        Prefix[] banned =
        [
            .. Enumerable.Range(0, 3000).Select(_ => new Prefix(Address.FromV4((uint)random.NextInt64(0x0100_0000, 0xdfff_ffff)), random.Next(20, 33)))
                .Distinct(),
        ];
        PrefixSet bans = PrefixSet.Of(banned);
        var engine = new ExposureEngine(
            Hosts.Input($"ip saddr {{ {string.Join(", ", bans)} }} drop; tcp dport 22 accept", ""), Hosts.Usual);
        SourceSets sets = engine.Ask(new Question("eth0", Own, 6, 22));
        Assert.True(sets.Accepted.IsDeferred);
        Assert.False(sets.Accepted.IsEmpty);
        foreach (PrefixSet within in new[] { Set("0.0.0.0/0"), Set("10.0.0.0/8", "100.0.0.0/6"), Set("8.8.8.8") })
        {
            SourceShape shape = ExposureEngine.Measure(sets.Accepted, within);
            PrefixSet inside = within.Subtract(bans).Subtract(Unusual);
            PrefixSet outside = within.Subtract(inside);
            Assert.Equal((inside.RangeCount, outside.RangeCount), (shape.Inside, shape.Outside));
            Assert.Equal(inside.AddressCount / Math.Pow(2, 32), shape.InsideShare, 9);
            Assert.Equal(outside.AddressCount / Math.Pow(2, 32), shape.OutsideShare, 9);
        }

        Assert.True(sets.Accepted.IsDeferred);
        Assert.Equal(Set("0.0.0.0/0").Subtract(bans).Subtract(Unusual), sets.Accepted);
        Assert.False(sets.Accepted.IsDeferred);
        Assert.Equal(Set("0.0.0.0/0"), sets.Accepted.Union(sets.Dropped));
        Assert.Equal(ExposureEngine.Measure(sets.Accepted, Set("10.0.0.0/8")), ExposureEngine.Measure(PrefixSet.Of(sets.Accepted), Set("10.0.0.0/8")));
    }

    [Fact]
    public void Sets_that_are_not_made_are_joined_unmade()
    {
        int made = 0;
        PrefixSet large = PrefixSet.Deferred(() =>
        {
            made++;
            return Set("10.0.0.0/8");
        });
        PrefixSet joined = large.Union(Set("11.0.0.0/8"));
        Assert.Same(large, large.Union(PrefixSet.Empty));
        Assert.False(joined.IsEmpty);
        Assert.Equal(0, made);
        Assert.Equal(Set("10.0.0.0/7"), joined);
        Assert.Equal(Set("10.0.0.0/7"), Set("11.0.0.0/8").Union(large));
        Assert.Equal(1, made);
    }

    [Fact]
    public void All_ports_are_asked_about_at_once()
    {
        var engine = new ExposureEngine(
            Hosts.Input("tcp dport { 22, 80-90 } accept; ip saddr 10.0.0.0/8 tcp dport 5900-5910 accept; tcp dport 443 limit rate 1/second accept", ""), Hosts.Usual);
        SourceSets sets = engine.Ask(new Question("eth0", Own, 6, 0) { Ports = new(0, 65535) });
        Assert.Equal("22, 80-90, 443, 5900-5910", sets.OpenPorts.ToString());
        Assert.True(sets.Accepted.Contains(Address.Parse("8.8.8.8")));
        SourceSets few = engine.Ask(new Question("eth0", Own, 6, 0) { Ports = new(5000, 6000) });
        Assert.Equal("5900-5910", few.OpenPorts.ToString());
        Assert.Equal(Set("10.0.0.0/8"), few.Accepted);
        Witness through = few.Witnesses.Single(static witness => witness.Outcome == Outcome.Accept);
        Assert.InRange(through.Packet.DestinationPort, 5900, 5910);
        Assert.Equal("", engine.Ask(new Question("eth0", Own, 6, 0) { Ports = new(100, 200) }).OpenPorts.ToString());
    }

    // What the kernel takes from eth0 at no time: see ExposureEngineTests.
    private static PrefixSet Unusual => Set(
        "0.0.0.0", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255", "203.0.113.10", "192.168.1.100", "192.168.122.1");

    private static PrefixSet Set(params string[] prefixes) => PrefixSet.Of(prefixes.Select(Prefix.Parse));
}
