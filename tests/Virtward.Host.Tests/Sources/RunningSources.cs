using Virtward.Guard.Sources;
using Virtward.Linux.Files;
using Virtward.Linux.Journal;

namespace Virtward.Host.Tests.Sources;

/// <summary>Sources that are followed by a thread of their own, stopped and started again at will.</summary>
public sealed class RunningSources : IDisposable
{
    private readonly SourceDefinition _definition;
    private readonly ISourceSink _sink;
    private readonly SourceOptions _options;
    private readonly bool _allowLibrary;
    private CancellationTokenSource _cancel = new();
    private Thread? _thread;
    private Exception? _failure;

    public RunningSources(SourceDefinition definition, ISourceSink sink, SourceOptions? options = null, bool allowLibrary = true)
    {
        _definition = definition;
        _sink = sink;
        _options = options ?? new SourceOptions();
        _allowLibrary = allowLibrary;
        Start();
    }

    public IReadOnlyList<SourcePosition> Saved { get; set; } = [];

    public void Start()
    {
        _cancel = new CancellationTokenSource();
        using var ready = new ManualResetEventSlim();
        _thread = new Thread(() =>
        {
            try
            {
                using var waiter = new PollWaiter();
                var host = new SourceHost(new LinuxLogFiles(), new LinuxJournals(_allowLibrary), waiter, TimeProvider.System);
                using var sources = new FollowedSources([_definition], Saved, host, _sink, _options);
                sources.Turn();
                ready.Set();
                sources.Run(_cancel.Token);
                Saved = sources.Positions();
            }
            catch (Exception e)
            {
                _failure = e;
                ready.Set();
            }
        });
        _thread.Start();
        ready.Wait();
    }

    public void Stop()
    {
        _cancel.Cancel();
        _thread!.Join();
        _cancel.Dispose();
        _thread = null;
        if (_failure is not null)
        {
            throw new InvalidOperationException("the following thread failed", _failure);
        }
    }

    public void Dispose()
    {
        if (_thread is not null)
        {
            Stop();
        }
    }
}
