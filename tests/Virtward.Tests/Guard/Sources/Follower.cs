using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Guard.Sources;

namespace Virtward.Tests.Guard.Sources;

/// <summary>A bench and what follows its files, stopped and started again at will.</summary>
public sealed class Follower : IDisposable
{
    private readonly string[] _patterns;
    private readonly SourceOptions _options;
    private FollowedSources? _sources;

    public Follower(ILogBench bench, params string[] patterns)
        : this(bench, new SourceOptions(), patterns)
    {
    }

    public Follower(ILogBench bench, SourceOptions options, params string[] patterns)
    {
        Bench = bench;
        _options = options;
        _patterns = patterns;
        Start();
    }

    public ILogBench Bench { get; }

    public RecordingSink Sink { get; } = new();

    public List<string> Lines => Sink.Lines;

    public IReadOnlyList<SourcePosition> Saved { get; set; } = [];

    public SourceCounts Counts => _sources!.Counts[0];

    public string Path(string name) => $"{Bench.Root}/{name}";

    public void Append(string name, string text) => Bench.Append(Path(name), Encoding.Latin1.GetBytes(text));

    /// <summary>Reads until nothing is left. Where there are no notifications, a poll's time passes first.</summary>
    public void Settle()
    {
        if (Bench.IsPolling)
        {
            Bench.Clock.Advance(_options.Poll);
        }

        while (_sources!.Turn())
        {
        }
    }

    /// <summary>Reads once, as far as one turn goes.</summary>
    public void Turn() => _sources!.Turn();

    /// <summary>Lets time pass second by second.</summary>
    public void Pass(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += _options.Belt)
        {
            Bench.Clock.Advance(_options.Belt);
            Settle();
        }
    }

    public void Start()
    {
        var definition = new SourceDefinition.Files([.. _patterns.Select(Path)]);
        var host = new SourceHost(Bench.Files, new NoJournals(), new NoWaiter(), Bench.Clock);
        _sources = new FollowedSources([definition], Saved, host, Sink, _options);
        Settle();
    }

    /// <summary>Stops; what is saved is where it stood.</summary>
    public void Stop()
    {
        Saved = _sources!.Positions();
        _sources.Dispose();
        _sources = null;
    }

    public void Dispose()
    {
        _sources?.Dispose();
        Bench.Dispose();
    }

    private sealed class NoJournals : IJournals
    {
        public Result<IJournalReader> Open(JournalQuery query) => new Problem("there is no journal here");
    }

    private sealed class NoWaiter : IWaiter
    {
        public void Wait(IReadOnlyList<IPollable> what, TimeSpan atMost) => throw new InvalidOperationException("tests do not wait");

        public void Wake()
        {
        }

        public void Dispose()
        {
        }
    }
}
