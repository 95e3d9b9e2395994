using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

public sealed class JournalSourceTests
{
    private readonly ManualClock _clock = new(runs: false);
    private readonly RecordingSink _sink = new();
    private readonly FakeJournals _journals = new();

    [Fact]
    public void The_position_is_the_cursor_of_the_last_entry_that_was_handed_on()
    {
        _journals.Entries.AddRange(["1", "2"]);
        using JournalSource source = Open(saved: "c0");
        Assert.False(source.Turn(new HashSet<int>(), lookAround: true));
        Assert.Equal(["1", "2"], _sink.Lines);
        Assert.Equal([new SourcePosition("journal:sshd", "c2")], source.Positions());
        Assert.Equal("c0", _journals.Queries[0].AfterCursor);
    }

    [Fact]
    public void Without_a_cursor_an_hour_is_read()
    {
        using JournalSource source = Open(saved: null);
        source.Turn(new HashSet<int>(), lookAround: true);
        Assert.Null(_journals.Queries[0].AfterCursor);
        Assert.Equal(UnixTime.Now(_clock) - TimeSpan.FromHours(1), _journals.Queries[0].Since);
        Assert.Empty(source.Positions());
    }

    [Fact]
    public void A_reader_that_dies_is_opened_again_later_and_later_and_at_last_without_its_cursor()
    {
        _journals.IsDying = true;
        using JournalSource source = Open(saved: "c0");
        var opened = new List<int>();
        for (int second = 0; second < 60; second++)
        {
            int before = _journals.Queries.Count;
            source.Turn(new HashSet<int>(), lookAround: true);
            if (_journals.Queries.Count > before)
            {
                opened.Add(second);
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([0, 1, 3, 7, 15, 31], opened);
        Assert.Equal(["c0", "c0", "c0", null, null, null], _journals.Queries.Select(query => query.AfterCursor));
        Assert.Contains(_sink.Troubles, trouble => trouble.StartsWith("the saved place in the journal cannot be used", StringComparison.Ordinal));
    }

    private JournalSource Open(string? saved)
    {
        var marks = new Dictionary<string, string>();
        if (saved is not null)
        {
            marks["journal:sshd"] = saved;
        }

        return new JournalSource(new SourceDefinition.Journal("sshd", []), _journals, new SourceOptions(), _clock, new SourceOutput(0, _sink), marks);
    }

    private sealed class FakeJournals : IJournals
    {
        public List<string> Entries { get; } = [];

        public List<JournalQuery> Queries { get; } = [];

        public bool IsDying { get; set; }

        public Result<IJournalReader> Open(JournalQuery query)
        {
            Queries.Add(query);
            return new Reader(this);
        }

        private sealed class Reader(FakeJournals journals) : IJournalReader
        {
            private int _next;

            public int Descriptor => -1;

            public string? Cursor => _next == 0 ? null : $"c{_next}";

            public TimeSpan Patience => TimeSpan.FromSeconds(1);

            public bool IsAlive => !journals.IsDying;

            public bool TryRead(out JournalEntry entry)
            {
                entry = default;
                if (_next == journals.Entries.Count)
                {
                    return false;
                }

                entry = new JournalEntry { Message = Encoding.ASCII.GetBytes(journals.Entries[_next++]), UserId = -1 };
                return true;
            }

            public Problem? TakeTrouble() => journals.IsDying ? new Problem("the reader has died") : null;

            public void Dispose()
            {
            }
        }
    }
}
