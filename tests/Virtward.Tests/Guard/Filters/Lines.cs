using System.Text;
using Virtward.Core.Time;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Definitions;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Filters.Rules;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Filters;

/// <summary>Short ways to a filter at work, and to what it sees in a line.</summary>
public static class Lines
{
    /// <summary>The time that test logs end.</summary>
    public static readonly UnixTime Now = UnixTime.From(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));

    public static StampClock Clock() => new(TimeZoneInfo.Utc, Now);

    public static RuleFilter BuiltIn(string name, string? mode = null) =>
        RuleFilter.Create(FilterLibrary.Find(name).Value, mode, Clock()).Value;

    /// <summary>A filter from its file's text, which must be sound.</summary>
    public static RuleFilter Filter(string yaml, string? mode = null, Action<Virtward.Core.Results.Problem>? report = null)
    {
        FilterReading reading = FilterFileReader.Read(yaml, "test.yaml");
        Assert.True(reading.Filter is not null, string.Join('\n', reading.Problems));
        return RuleFilter.Create(reading.Filter, mode, Clock(), report).Value;
    }

    /// <summary>A filter without a header that has one template.</summary>
    public static RuleFilter Template(string template) =>
        Filter($"filter: test\nheader: none\nrules:\n  - name: only\n    match: '{template.Replace("'", "''", StringComparison.Ordinal)}'\n");

    /// <summary>What a filter sees in a line; null where it sees nothing.</summary>
    public static Seen? See(this ILineFilter filter, string line) => filter.See(Encoding.UTF8.GetBytes(line));

    public static Seen? See(this ILineFilter filter, ReadOnlySpan<byte> line)
    {
        var sink = new SeenSink();
        bool matched = filter.Accept(new LogLine { Text = line, Received = UnixTime.None }, 0, sink);
        Assert.True(matched || sink.All.Count == 0);
        return sink.All.SingleOrDefault();
    }
}
