using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>
/// All sources of the guard, read by one thread: it waits for the kernel's notifications and the journal together, hands on what has
/// come, and says when all of it has been handed on. Everything but <see cref="Run"/>'s cancellation happens on that thread.
/// </summary>
public sealed class FollowedSources : IDisposable
{
    private const int EveryBelt = -1;

    private readonly SourceHost _host;
    private readonly SourceOptions _options;
    private readonly ISourceSink _sink;
    private readonly List<ILineSource> _sources = [];
    private readonly List<IPollable> _waitedFor = [];
    private readonly HashSet<int> _changed = [];
    private readonly IFileWatch? _watch;
    private long _lastLook;
    private bool _isFirst = true;

    /// <summary>Opens nothing yet: the first turn does.</summary>
    /// <param name="definitions">The sources; a line's source number is its place in this list.</param>
    /// <param name="saved">The positions of the last run.</param>
    /// <param name="host">The host's parts.</param>
    /// <param name="sink">What takes the lines.</param>
    /// <param name="options">Limits and times.</param>
    public FollowedSources(
        IReadOnlyList<SourceDefinition> definitions,
        IReadOnlyList<SourcePosition> saved,
        SourceHost host,
        ISourceSink sink,
        SourceOptions? options = null)
    {
        _host = host;
        _sink = sink;
        _options = options ?? new SourceOptions();
        var marks = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (SourcePosition position in saved)
        {
            marks[position.Key] = position.Mark;
        }

        if (definitions.Any(definition => definition is SourceDefinition.Files)
            && !host.Files.Watch().TryGet(out _watch, out var problem))
        {
            sink.Trouble(EveryBelt, problem);
        }

        byte[] buffer = new byte[_options.BlockSize];
        for (int i = 0; i < definitions.Count; i++)
        {
            _sources.Add(Open(definitions[i], new SourceOutput(i, sink), buffer, marks));
        }
    }

    /// <summary>What each source has done so far, in the order of the definitions.</summary>
    public IReadOnlyList<SourceCounts> Counts => _sources.ConvertAll(source => source.Output.Counts());

    /// <summary>
    /// How far everything has been handed on. On the reading thread only, best in <see cref="ISourceSink.BatchEnd"/>: then every line
    /// up to there has been taken, and none beyond.
    /// </summary>
    public IReadOnlyList<SourcePosition> Positions() => [.. _sources.SelectMany(source => source.Positions())];

    /// <summary>Follows until it is cancelled; then the caller saves <see cref="Positions"/> a last time.</summary>
    public void Run(CancellationToken cancel)
    {
        using CancellationTokenRegistration registration = cancel.Register(_host.Waiter.Wake);
        while (!cancel.IsCancellationRequested)
        {
            if (!Turn())
            {
                Wait();
            }
        }
    }

    /// <summary>Hands on what there is, each source its turn, without waiting.</summary>
    /// <returns>Whether there is more to hand on at once.</returns>
    public bool Turn()
    {
        _changed.Clear();
        bool lookAround = _isFirst || (_watch is not null && !_watch.Drain(_changed)) || _host.Clock.GetElapsedTime(_lastLook) >= LookEvery;
        if (lookAround)
        {
            _lastLook = _host.Clock.GetTimestamp();
            _isFirst = false;
        }

        bool more = false;
        foreach (ILineSource source in _sources)
        {
            more |= source.Turn(_changed, lookAround);
        }

        _sink.BatchEnd();

        return more;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sources.ForEach(source => source.Dispose());
        _watch?.Dispose();
    }

    private TimeSpan LookEvery => _watch is null ? _options.Poll : _options.Belt;

    private void Wait()
    {
        _waitedFor.Clear();
        if (_watch is not null)
        {
            _waitedFor.Add(_watch);
        }

        TimeSpan atMost = LookEvery - _host.Clock.GetElapsedTime(_lastLook);
        foreach (ILineSource source in _sources)
        {
            if (source.Readiness is { } readiness)
            {
                _waitedFor.Add(readiness);
            }

            atMost = source.Patience < atMost ? source.Patience : atMost;
        }

        _host.Waiter.Wait(_waitedFor, atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero);
    }

    private ILineSource Open(SourceDefinition definition, SourceOutput output, byte[] buffer, Dictionary<string, string> marks) => definition switch
    {
        SourceDefinition.Files files => new FileSource(
            new FollowContext
            {
                Files = _host.Files,
                Watch = _watch,
                Options = _options,
                Clock = _host.Clock,
                Output = output,
                Buffer = buffer,
            },
            files.Patterns,
            marks),
        SourceDefinition.Journal journal => new JournalSource(journal, _host.Journals, _options, _host.Clock, output, marks),
        _ => throw new ArgumentOutOfRangeException(nameof(definition), definition, "an unknown kind of source"),
    };
}
