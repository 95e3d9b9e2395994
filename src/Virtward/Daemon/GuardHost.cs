using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Enforcement;
using Virtward.Guard.Filters;
using Virtward.Guard.Jails;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sources;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Virtward.Linux.Files;
using Virtward.Linux.Journal;

namespace Virtward.Daemon;

/// <summary>
/// A guard put together from its parts on this host: store, engine, kernel, sources. <c>guard run</c> and <c>daemon</c> let it follow
/// the logs; a change by hand without a daemon starts one that follows nothing, makes the change, and is gone.
/// </summary>
public sealed class GuardHost : IAsyncDisposable
{
    private static readonly TimeSpan FactsEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan CountsEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan PrunePause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TidyEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LitterEvery = TimeSpan.FromSeconds(2);
    private const long Litter = 2 * 1024 * 1024;
    private const long MuchLitter = 16 * Litter;
    private static readonly TimeSpan PastBansKept = TimeSpan.FromDays(90);

    // What the start of a guard with 100,000 bans takes, and some more.
    private const long StartupMemory = 96 * 1024 * 1024;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _tasks = [];
    private readonly TroubleLog _troubles;
    private FollowedSources? _sources;
    private Thread? _thread;

    private GuardHost(GuardParts parts, GuardPlan plan, GuardPipeline pipeline, TroubleLog troubles)
    {
        _troubles = troubles;
        Parts = parts;
        Plan = plan;
        Pipeline = pipeline;
        Started = UnixTime.Now(parts.Clock);
        Stopped = new StoppedCounter(parts.Enforcer, parts.Clock);
    }

    /// <summary>What each ban has stopped.</summary>
    public StoppedCounter Stopped { get; }

    /// <summary>The parts.</summary>
    public GuardParts Parts { get; }

    /// <summary>What the policy comes to here.</summary>
    public GuardPlan Plan { get; }

    /// <summary>The main path.</summary>
    public GuardPipeline Pipeline { get; }

    /// <summary>When it was started.</summary>
    public UnixTime Started { get; }

    /// <summary>What each source has read.</summary>
    public IReadOnlyList<SourceCounts> SourceCounts => _sources?.Counts ?? [];

    /// <summary>What a person should know: the last troubles.</summary>
    public IReadOnlyList<string> Warnings => _troubles.Recent;

    /// <summary>How often bans had to be put back into the kernel.</summary>
    public long Repairs { get; private set; }

    /// <summary>
    /// Starts a guard: what was remembered is restored and put into the kernel before the first line is read.
    /// </summary>
    /// <param name="options">What to start.</param>
    /// <param name="listener">Who is told what happens.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="problems">Every problem, where there are several; the first is the result's.</param>
    public static Result<GuardHost> Start(
        GuardHostOptions options, IGuardListener listener, TimeProvider clock, out ImmutableArray<Problem> problems)
    {
        HostPolicy policy = Overridden(options);
        using var later = new CollectLater(StartupMemory);
        var files = new LinuxLogFiles();
        var loader = new FilterLoader(new HostTextFiles(), TimeZoneInfo.Local, clock);
        if (!new GuardPlanner(loader, files).Plan(policy, out problems).TryGet(out GuardPlan? plan, out Problem? problem))
        {
            return problem;
        }

        if (!GuardParts.Open(options.StateFolder, clock, out OpenedStore? opened).TryGet(out GuardParts? parts, out problem))
        {
            problems = [problem];
            return problem;
        }

        Result<GuardHost> started = Start(options, plan, parts, opened!, files, new TroubleLog(listener));
        if (!started.IsOk)
        {
            parts.Dispose();
            problems = [started.Problem];
        }

        return started;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _thread?.Join();
        foreach (Task task in _tasks)
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException)
            {
                // That is how they end.
            }
        }

        Pipeline.Finish();
        _sources?.Dispose();
        Pipeline.Store?.Dispose();
        Parts.Dispose();
        _stop.Dispose();
    }

    private static Result<GuardHost> Start(
        GuardHostOptions options, GuardPlan plan, GuardParts parts, OpenedStore opened, LinuxLogFiles files, TroubleLog listener)
    {
        TimeProvider clock = parts.Clock;
        UnixTime now = UnixTime.Now(clock);
        StoredState state = opened.State;
        if (opened.Warning is { } warning)
        {
            listener.Trouble(warning);
        }

        var neverBan = new NeverBanList(plan.Policy);
        foreach (Allowance entry in state.NeverBan)
        {
            neverBan.Allow(entry);
        }

        neverBan.Learn(parts.ReadFacts(listener.Trouble));
        Guard.Bans.NeverBan list = neverBan.Build();
        var engine = new GuardEngine(plan.Policy.Guard, list, RandomSeed(), trackChanges: true);
        engine.Restore(state.Engine, now);
        parts.UseNeverBan(list);
        if (!parts.Enforcer.Reconcile([.. engine.Bans.All.Where(ban => !ban.Simulated)]).TryGet(out _, out Problem? problem))
        {
            return problem;
        }

        var pipeline = new GuardPipeline(
            plan, engine, neverBan, parts.Enforcer, TimeZoneInfo.Local, parts.Cutter.Request, parts.Waiter.Wake, clock, listener);
        pipeline.Store = new StoreKeeper(
            parts.Store,
            parts.Reopen,
            pipeline.Everything,
            clock,
            sentence => listener.Trouble(new Problem(sentence)));
        var guard = new GuardHost(parts, plan, pipeline, listener);
        guard.Run(
            options.Follow ? plan.Sources : [],
            [.. state.Positions.Select(position => new SourcePosition(position.Key, position.Value))],
            files,
            listener);
        return guard;
    }

    // What attackers must not guess. A version 4 GUID's last eight bytes are from the kernel's generator but for two bits;
    // RandomNumberGenerator is too, and takes 4 MB for OpenSSL.
    private static ulong RandomSeed() => BitConverter.ToUInt64(Guid.NewGuid().ToByteArray(), sizeof(ulong));

    private static HostPolicy Overridden(GuardHostOptions options) => options.Logs.IsEmpty
        ? options.Policy
        : options.Policy with
        {
            Guard = options.Policy.Guard with
            {
                Jails = [.. options.Policy.Guard.Jails.Select(jail => jail with { Logs = options.Logs, Journal = false })],
            },
        };

    private void Run(ImmutableArray<SourcePlan> sources, IReadOnlyList<SourcePosition> positions, LinuxLogFiles files, TroubleLog listener)
    {
        CancellationToken stop = _stop.Token;
        _sources = new FollowedSources(
            [.. sources.Select(source => source.Definition)],
            positions,
            new SourceHost(files, new LinuxJournals(), Parts.Waiter, Parts.Clock),
            Pipeline);
        Pipeline.Positions = _sources.Positions;
        _thread = new Thread(() => _sources.Run(stop)) { Name = "guard", IsBackground = true };
        _thread.Start();
        var policy = new PolicyRules(Parts.Firewall, new HostTextFiles(), PolicyRules.DefaultPath, result => listener.Trouble(
            result.Problem ?? new Problem("the policy's firewall was gone and has been put back", PolicyRules.DefaultPath, "look who flushes the rules: another firewall's unit, or a script")));
        _tasks.Add(new EnforcementKeeper(Parts.Enforcer, Parts.Firewall, Parts.Uplinks, Parts.Clock, policy).RunAsync(Compared, stop));
        _tasks.Add(Parts.Cutter.RunAsync(result => Tell(result, listener), stop));
        _tasks.Add(KeepFactsAsync(listener, stop));
        _tasks.Add(CountAsync(stop));
        _tasks.Add(PruneAsync(listener, stop));
        _tasks.Add(TidyAsync(stop));
    }

    private void Compared(Result<Reconciliation> result)
    {
        if (result.IsOk && (result.Value.Rebuilt || result.Value.Added > 0))
        {
            Repairs++;
        }

        _ = Pipeline.AskAsync(_ =>
        {
            Pipeline.Compared(result);
            return true;
        });
    }

    private static void Tell(Result<CutConnections> cut, TroubleLog listener)
    {
        if (!cut.IsOk)
        {
            listener.Trouble(cut.Problem);
        }
    }

    // The host's own addresses, gateways, resolvers and live admin sessions change; the never-ban list follows within seconds.
    private async Task KeepFactsAsync(TroubleLog listener, CancellationToken stop)
    {
        while (true)
        {
            await Parts.WaitForFactsAsync(FactsEvery, stop);
            IReadOnlyList<Guard.Bans.NeverBanEntry> facts = Parts.ReadFacts(listener.Trouble);
            await Pipeline.AskAsync(_ =>
            {
                Pipeline.Learn(facts);
                return true;
            }).WaitAsync(stop);
        }
    }

    // What each ban has stopped goes into the store now and then, so that it outlives the kernel's own counters.
    private async Task CountAsync(CancellationToken stop)
    {
        while (true)
        {
            await Task.Delay(CountsEvery, Parts.Clock, stop);
            if (Stopped.Read() is { Count: > 0 } stopped)
            {
                await Pipeline.AskAsync(_ =>
                {
                    Pipeline.Store?.Commit(new GuardCommit { Time = UnixTime.Now(Parts.Clock), Stopped = stopped });
                    return true;
                }).WaitAsync(stop);
            }
        }
    }

    // Bans that were over long ago leave the store: a slice at a time, so that no decision waits for it, until there is none left.
    private async Task PruneAsync(TroubleLog listener, CancellationToken stop)
    {
        int deleted = 0;
        while (true)
        {
            await Task.Delay(deleted > 0 ? PrunePause : PruneEvery, Parts.Clock, stop);
            UnixTime endedBefore = UnixTime.Now(Parts.Clock) - PastBansKept;
            Result<int> pruned = await Pipeline.AskAsync(_ => Pipeline.Store?.Store.Prune(endedBefore) ?? 0).WaitAsync(stop);
            if (!pruned.TryGet(out deleted, out Problem? problem))
            {
                listener.Trouble(problem);
            }
        }
    }

    // Bans and counted attempts live long enough to grow old, and what is old the collector looks at only once there is much more of it:
    // what a flood has left behind would stay for hours. While one goes on, more of it is let lie, for
    // to collect it holds everything up.
    private async Task TidyAsync(CancellationToken stop)
    {
        long tidy = 0;
        long tidied = Parts.Clock.GetTimestamp();
        while (true)
        {
            await Task.Delay(LitterEvery, Parts.Clock, stop);
            long litter = GC.GetTotalMemory(forceFullCollection: false) - tidy;
            if (litter >= MuchLitter || (litter >= Math.Max(Litter, tidy / 8) && Parts.Clock.GetElapsedTime(tidied) >= TidyEvery))
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                tidy = GC.GetTotalMemory(forceFullCollection: false);
                tidied = Parts.Clock.GetTimestamp();
            }
        }
    }
}
