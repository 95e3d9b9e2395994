using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Probing;
using Virtward.Exposure.Rulesets.Sets;
using Xunit;

namespace Virtward.Tests.Exposure.Matrix;

/// <summary>Large sets in the document: exact, written once, and read back by probe.</summary>
public sealed class ExposureJsonTests
{
    private static readonly PrefixSet Everyone = PrefixSet.Of(Prefix.Parse("0.0.0.0/0"));
    private static readonly PrefixSet Banned = PrefixSet.Of(Enumerable.Range(0, 1500).Select(static at => new Prefix(Address.FromV4(0x0b00_0000 + (3 * (uint)at)))));

    [Fact]
    public void A_large_set_is_written_once_and_the_largest_is_the_rest()
    {
        JsonElement document = JsonDocument.Parse(Document()).RootElement;
        JsonElement[] cells = [.. document.GetProperty("endpoints").EnumerateArray().Select(static row => row.GetProperty("from")[0])];
        Assert.Equal(2, cells.Length);
        Assert.All(cells, static cell => Assert.True(cell.GetProperty("accepted").GetProperty("rest").GetBoolean()));
        Assert.All(cells, static cell => Assert.Equal("s1", cell.GetProperty("dropped").GetProperty("set").GetString()));
        Assert.Equal("0.0.0.0/0", cells[0].GetProperty("asked")[0].GetString());
        Assert.Equal(Banned.Count, document.GetProperty("sets").GetProperty("s1").GetArrayLength());
        Assert.Empty(cells[0].GetProperty("limited").EnumerateArray());
    }

    [Theory]
    [InlineData("11.0.0.3", Expected.Closed)]
    [InlineData("11.0.0.4", Expected.Open)]
    [InlineData("198.51.100.7", Expected.Open)]
    public void Probe_reads_it_back(string source, Expected expected)
    {
        ImmutableArray<ProbeTarget> targets = ProbePlan.Read(Document(), "host.json", "internet", Address.Parse("203.0.113.10"), Address.Parse(source)).Value;
        Assert.Equal(expected, targets.Single(static one => one is { Port: 2200, Protocol: ProtocolNames.Tcp }).Expected);
    }

    private static byte[] Document()
    {
        var sets = new SourceSets(Everyone.Subtract(Banned), PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty, Banned);
        ExposureRow[] rows = [.. new[] { 2200, 2201 }.Select(port => new ExposureRow(
            new Endpoint(EndpointPlace.Host, new Service("x", ServiceKind.Other), ProtocolNames.Tcp, ValueRange.Single((UInt128)port)) { Addresses = [Address.Parse("203.0.113.10")] },
            [new Cell("internet", sets, Everyone, Concern.Wrong, "anyone but 1,500 subnets")]))];
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            ExposureJson.Write(writer, new ExposureReport("kvm1", [], [.. rows]));
        }

        return stream.ToArray();
    }
}
