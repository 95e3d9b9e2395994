using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>The journal, or a part of it, followed by cursor.</summary>
public sealed class JournalSource : ILineSource
{
    private const string KeyPrefix = "journal:";
    private const int EntriesPerTurn = 5000;
    private const int MostFailures = 3;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    private readonly SourceDefinition.Journal _definition;
    private readonly IJournals _journals;
    private readonly SourceOptions _options;
    private readonly TimeProvider _clock;
    private readonly SourceOutput _output;
    private IJournalReader? _reader;
    private string? _cursor;
    private long _failedAt;
    private TimeSpan _retry = TimeSpan.Zero;
    private int _failures;

    /// <summary>A source of journal entries.</summary>
    /// <param name="definition">Which entries.</param>
    /// <param name="journals">The journal.</param>
    /// <param name="options">How far back to begin without a cursor, and the longest message.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="output">Where lines go.</param>
    /// <param name="saved">Saved positions, the cursor by key.</param>
    public JournalSource(
        SourceDefinition.Journal definition,
        IJournals journals,
        SourceOptions options,
        TimeProvider clock,
        SourceOutput output,
        IReadOnlyDictionary<string, string> saved)
    {
        _definition = definition;
        _journals = journals;
        _options = options;
        _clock = clock;
        _output = output;
        _cursor = saved.GetValueOrDefault(Key);
    }

    /// <inheritdoc/>
    public IPollable? Readiness => _reader;

    /// <inheritdoc/>
    public TimeSpan Patience => _reader?.Patience ?? FirstRetry;

    /// <inheritdoc/>
    public SourceOutput Output => _output;

    private string Key => KeyPrefix + _definition.Name;

    /// <inheritdoc/>
    public bool Turn(ISet<int> changed, bool lookAround)
    {
        if (_reader is null && !TryOpen())
        {
            return false;
        }

        IJournalReader reader = _reader!;
        int count = 0;
        while (count < EntriesPerTurn && reader.TryRead(out JournalEntry entry))
        {
            count++;
            HandOn(in entry);
        }

        if (count > 0)
        {
            _cursor = reader.Cursor;
            _retry = TimeSpan.Zero;
            _failures = 0;
        }

        if (reader.TakeTrouble() is { } problem)
        {
            _output.Trouble(Key, problem);
        }

        if (!reader.IsAlive)
        {
            Close();
        }

        return count == EntriesPerTurn;
    }

    /// <inheritdoc/>
    public IEnumerable<SourcePosition> Positions()
    {
        if (_cursor is not null)
        {
            yield return new SourcePosition(Key, _cursor);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader?.Dispose();

    private void HandOn(in JournalEntry entry)
    {
        if (entry.IsCut || entry.Message.Length > _options.MaxLine)
        {
            _output.TooLong++;
            return;
        }

        _output.Accept(new LogLine
        {
            Text = entry.Message,
            Received = entry.Time,
            FromJournal = true,
            Identifier = entry.Identifier,
            Unit = entry.Unit,
            Command = entry.Command,
            ProcessId = entry.ProcessId,
            UserId = entry.UserId,
        });
    }

    private bool TryOpen()
    {
        if (_retry > TimeSpan.Zero && _clock.GetElapsedTime(_failedAt) < _retry)
        {
            return false;
        }

        if (_failures == MostFailures && _cursor is not null)
        {
            // journalctl ends at once on a cursor that is none.
            _cursor = null;
            _output.Trouble(Key, new Problem("the saved place in the journal cannot be used, it is read from an earlier time on", _definition.Name));
        }

        var query = new JournalQuery
        {
            AnyOf = _definition.AnyOf,
            Directory = _definition.Directory,
            AfterCursor = _cursor,
            Since = UnixTime.Now(_clock) - _options.JournalWindow,
        };
        if (!_journals.Open(query).TryGet(out _reader, out var problem))
        {
            _output.Trouble(Key, problem);
            Close();
            return false;
        }

        return true;
    }

    /// <summary>Closes the reader; it is opened again after a while that doubles with each failure.</summary>
    private void Close()
    {
        _reader?.Dispose();
        _reader = null;
        _failedAt = _clock.GetTimestamp();
        _failures++;
        _retry = _retry == TimeSpan.Zero ? FirstRetry : _retry * 2 < LongestRetry ? _retry * 2 : LongestRetry;
    }
}
