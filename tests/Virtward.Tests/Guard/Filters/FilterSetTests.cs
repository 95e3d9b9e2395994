using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Rules;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Filters;

public sealed class FilterSetTests
{
    private const string Rules = "rules:\n  - name: only\n    match: 'no {ip}'\n";

    [Fact]
    public void Each_line_reaches_the_filters_that_want_its_program()
    {
        var foreign = new Foreign();
        var set = new FilterSet(
        [
            Named("one", "programs: [alpha, beta]\n"),
            Named("two", "programs: [beta, a-program-with-a-name-beyond-sixteen]\n"),
            Named("wild", "programs: ['alp*']\n"),
            Named("any", ""),
            foreign,
        ]);

        Assert.Equal([0, 2, 3], Filters(set, "Nov 21 08:00:00 host alpha[1]: no 192.0.2.1"));
        Assert.Equal([0, 1, 3], Filters(set, "Nov 21 08:00:00 host beta: no 192.0.2.1"));
        Assert.Equal([2, 3], Filters(set, "Nov 21 08:00:00 host alpine: no 192.0.2.1"));
        Assert.Equal([3], Filters(set, "Nov 21 08:00:00 host gamma: no 192.0.2.1"));
        Assert.Equal([1, 3], Filters(set, "Nov 21 08:00:00 host a-program-with-a-name-beyond-sixteen: no 192.0.2.1"));
        Assert.Equal([3], Filters(set, "Nov 21 08:00:00 host a-program-with-a-NAME-beyond-sixteen: no 192.0.2.1"));
        Assert.Equal([], Filters(set, "no 192.0.2.1"));
        Assert.Equal(7, foreign.Lines);
        Assert.Equal((7, 6, 0), (set.Lines, set.Matched, set.TooLong));
    }

    [Fact]
    public void A_line_beyond_the_limit_is_skipped_and_counted()
    {
        var set = new FilterSet([Lines.BuiltIn("sshd")]);
        string head = "Nov 21 08:00:00 host sshd[1]: Failed password for ";
        string tail = " from 192.0.2.1 port 22 ssh2";
        Assert.Equal([0], Filters(set, head + "x" + tail));
        Assert.Equal([], Filters(set, head + new string('x', FilterSet.LongestLine) + tail));
        Assert.Equal((2, 1, 1), (set.Lines, set.Matched, set.TooLong));
    }

    [Fact]
    public void The_steady_state_allocates_nothing()
    {
        var set = new FilterSet([Lines.BuiltIn("sshd", "aggressive"), Named("any", "")]);
        var sink = new Discard();
        byte[][] lines = [.. CorpusReader.Read("sshd.txt").Where(c => c.Journal.IsEmpty).Select(c => Encoding.UTF8.GetBytes(c.Line))];
        Feed();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Feed();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Feed()
        {
            foreach (byte[] line in lines)
            {
                set.Accept(new LogLine { Text = line, Received = UnixTime.None }, sink);
            }
        }
    }

    [Fact]
    public void A_kernel_entry_of_the_journal_is_one_without_a_sender()
    {
        RuleFilter filter = Named("scan", "programs: [kernel]\n");
        var sink = new SeenSink();
        Assert.True(filter.Accept(new LogLine { Text = "no 192.0.2.1"u8, FromJournal = true, Identifier = "kernel"u8, UserId = -1 }, 0, sink));
        Assert.False(filter.Accept(new LogLine { Text = "no 192.0.2.1"u8, FromJournal = true, Identifier = "kernel"u8, UserId = 1000, ProcessId = 5 }, 0, sink));
        Assert.False(filter.Accept(new LogLine { Text = "no 192.0.2.1"u8, FromJournal = true, Identifier = "other"u8, UserId = -1 }, 0, sink));
    }

    [Fact]
    public void An_unknown_built_in_filter_or_mode_names_the_known_ones()
    {
        Assert.Contains("sshd", FilterLibrary.Find("sshx").Problem!.Hint, StringComparison.Ordinal);
        Assert.Contains("aggressive", RuleFilter.Create(FilterLibrary.Find("sshd").Value, "wild", Lines.Clock()).Problem!.Hint, StringComparison.Ordinal);
        Assert.True(RuleFilter.Create(Named("x", "").Definition, "normal", Lines.Clock()).IsOk);
    }

    private static RuleFilter Named(string name, string keys) => Lines.Filter($"filter: {name}\n{keys}{Rules}");

    private static int[] Filters(FilterSet set, string line)
    {
        var sink = new SeenSink();
        set.Accept(new LogLine { Text = Encoding.UTF8.GetBytes(line), Received = UnixTime.None }, sink);
        return [.. sink.All.Select(s => s.Filter)];
    }

    /// <summary>A filter of another kind, which sees every line.</summary>
    private sealed class Foreign : ILineFilter
    {
        public int Lines { get; private set; }

        public string Name => "foreign";

        public bool Accept(in LogLine line, int index, ISightingSink sink)
        {
            Lines++;
            return false;
        }
    }

    private sealed class Discard : ISightingSink
    {
        public Address Last { get; private set; }

        public void Accept(int filter, in Sighting sighting) => Last = sighting.Address;
    }
}
