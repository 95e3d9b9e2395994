using System.Collections.Concurrent;
using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Enforcement;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Jails;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;
using Virtward.Guard.Store;

namespace Virtward.Guard.Pipeline;

/// <summary>
/// The guard at work. One thread owns everything here and takes each line the whole way:
/// <code>
///   source ─1→ line ─2→ sighting ─3→ decisions ─4→ store ─5→ kernel ─6→ whoever listens
/// </code>
/// Steps 1 to 3 run for each line; 4 to 6 once for each burst of lines, so that a flood costs one transaction. The store comes before
/// the kernel: killed in between, the next start finds the ban and puts it into the kernel; decisions, counts and log positions are
/// one transaction, so a line is never counted twice and never lost. Others (the control API, the keeper of the kernel's sets) ask
/// through <see cref="AskAsync{T}"/>.
/// </summary>
public sealed class GuardPipeline : ISourceSink
{
    // Positions and counts that lead to no ban may wait this long; a crash only means that their lines are read again.
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<SourceFilters> _sources;
    private readonly ImmutableArray<JailPolicy> _jails;
    private readonly GuardEngine _engine;
    private readonly NeverBanList _neverBan;
    private readonly Enforcer _enforcer;
    private readonly Action _cutConnections;
    private readonly TimeProvider _clock;
    private readonly IGuardListener _listener;
    private readonly Action _wake;
    private readonly List<GuardEvent> _events = [];
    private readonly ConcurrentQueue<Action> _asked = new();
    private readonly ImmutableArray<Sink> _sinks;
    private readonly long[] _failures;
    private readonly List<Allowance> _allowed = [];
    private readonly List<Prefix> _disallowed = [];
    private Problem? _uncovered;
    private long _linesAtCommit;
    private UnixTime _committed = UnixTime.None;

    /// <summary>A guard that has read nothing yet.</summary>
    /// <param name="plan">What the policy comes to on this host.</param>
    /// <param name="engine">The jails, restored.</param>
    /// <param name="neverBan">Who is never banned; the engine and the enforcer have its present state already.</param>
    /// <param name="enforcer">The kernel's sets, holding the engine's bans already.</param>
    /// <param name="zone">The zone of stamps that name none: the host's.</param>
    /// <param name="cutConnections">Asks for the connections of new bans to be cut; must not wait.</param>
    /// <param name="wake">Wakes the thread that runs the sources, from any thread.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="listener">Who is told.</param>
    public GuardPipeline(
        GuardPlan plan,
        GuardEngine engine,
        NeverBanList neverBan,
        Enforcer enforcer,
        TimeZoneInfo zone,
        Action cutConnections,
        Action wake,
        TimeProvider clock,
        IGuardListener listener)
    {
        _jails = plan.Policy.Guard.Jails;
        _engine = engine;
        _neverBan = neverBan;
        _enforcer = enforcer;
        _cutConnections = cutConnections;
        _wake = wake;
        _clock = clock;
        _listener = listener;
        _failures = new long[_jails.Length];
        UnixTime now = UnixTime.Now(clock);
        _sources =
        [
            .. plan.Sources.Select(source => SourceFilters.Start(plan.Filters, source.Jails, new StampClock(zone, now), listener.Trouble)),
        ];
        _sinks = [.. _sources.Select(source => new Sink(this, source))];
    }

    /// <summary>The jails' engine; only within <see cref="AskAsync{T}"/>.</summary>
    public GuardEngine Engine => _engine;

    /// <summary>Who is never banned; only within <see cref="AskAsync{T}"/>.</summary>
    public NeverBanList NeverBanList => _neverBan;

    /// <summary>What the guard remembers, set before the first line.</summary>
    public StoreKeeper? Store { get; set; }

    /// <summary>How far the sources have been read, set before the first line.</summary>
    public Func<IReadOnlyList<SourcePosition>> Positions { get; set; } = static () => [];

    /// <summary>What the kernel last refused; null while all is well. Only within <see cref="AskAsync{T}"/>.</summary>
    public Problem? EnforcementTrouble { get; private set; }

    /// <summary>Lines taken since the start; only within <see cref="AskAsync{T}"/>.</summary>
    public long Lines => _sources.Sum(source => source.Filters.Lines);

    /// <summary>Lines that a rule matched; only within <see cref="AskAsync{T}"/>.</summary>
    public long Matched => _sources.Sum(source => source.Filters.Matched);

    /// <summary>Failures that a jail was told of since the start; only within <see cref="AskAsync{T}"/>.</summary>
    public long FailuresOf(int jail) => _failures[jail];

    /// <summary>Runs a question or a change on the guard's own thread, between two bursts of lines; its decisions are carried out with it.</summary>
    /// <param name="question">Gets the list that takes decisions.</param>
    public Task<T> AskAsync<T>(Func<ICollection<GuardEvent>, T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() =>
        {
            try
            {
                T value = question(_events);
                CarryOut(always: false);
                answer.SetResult(value);
            }
            catch (Exception e)
            {
                // The asker gets it; the guard itself goes on.
                answer.SetException(e);
            }
        });
        _wake();
        return answer.Task;
    }

    /// <summary>Steps 1 to 3, for one line.</summary>
    void ISourceSink.Accept(int source, in LogLine line) => _sources[source].Filters.Accept(line, _sinks[source]);

    /// <summary>The same, for many lines that came together.</summary>
    void ISourceSink.Accept(int source, in LineBlock block) => _sources[source].Filters.Accept(block, _sinks[source]);

    /// <summary>Steps 4 to 6, for all lines since the last time; and whatever was asked meanwhile.</summary>
    void ISourceSink.BatchEnd()
    {
        Tick();
        CarryOut(always: false);
        while (_asked.TryDequeue(out Action? question))
        {
            question();
        }
    }

    /// <inheritdoc/>
    void ISourceSink.Trouble(int source, Problem problem) => _listener.Trouble(problem);

    /// <summary>The last step before the end: everything is stored; the bans stay in the kernel until their time is up.</summary>
    public void Finish()
    {
        Tick();
        CarryOut(always: true);
    }

    /// <summary>Everything that is remembered, for a store that has to be written anew.</summary>
    public GuardCommit Everything() => new()
    {
        Time = UnixTime.Now(_clock),
        Changes = new GuardChanges { Whole = _engine.Save() },
        Positions = Positions(),
        Allowed = [.. _neverBan.Allowed],
    };

    /// <summary>Takes over what the host says now of whom never to ban; only within <see cref="AskAsync{T}"/>.</summary>
    public void Learn(IReadOnlyList<NeverBanEntry> facts)
    {
        if (_neverBan.Learn(facts))
        {
            RenewNeverBan();
        }
    }

    /// <summary>Puts an entry onto the never-ban list; only within <see cref="AskAsync{T}"/>.</summary>
    public void Allow(Allowance entry)
    {
        _neverBan.Allow(entry);
        _allowed.Add(entry);
        RenewNeverBan();
    }

    /// <summary>Takes a run-time entry off the never-ban list; only within <see cref="AskAsync{T}"/>.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Disallow(Prefix target)
    {
        if (!_neverBan.Disallow(target))
        {
            return false;
        }

        _disallowed.Add(target);
        RenewNeverBan();
        return true;
    }

    private void RenewNeverBan()
    {
        NeverBan list = _neverBan.Build();
        _engine.Replace(list, _events);
        Compared(_enforcer.ReplaceNeverBan(ban => list.Carve(ban)));
    }

    /// <summary>Takes over what the kernel's keeper found; only within <see cref="AskAsync{T}"/>.</summary>
    public void Compared(Result<Reconciliation> result)
    {
        EnforcementTrouble = result.IsOk ? result.Value.Problem : result.Problem;
        if (EnforcementTrouble is { } trouble)
        {
            _listener.Trouble(trouble);
        }

        if (result.IsOk && result.Value.Uncovered is { } uncovered && uncovered != _uncovered)
        {
            _uncovered = uncovered;
            _listener.Trouble(uncovered);
        }
    }

    private void Observe(SourceFilters source, int filter, in Sighting sighting)
    {
        int jail = source.JailOf[filter];
        _listener.Sighted(_jails[jail].Name, source.Filters.Filters[filter].Name, sighting);
        if (sighting.Kind == SightingKind.Failure)
        {
            _failures[jail] += sighting.Attempts;
        }

        _engine.Advance(UnixTime.Now(_clock), _events);
        _engine.Observe(jail, sighting, _events);
    }

    private void Tick()
    {
        UnixTime now = UnixTime.Now(_clock);
        _engine.Advance(now, _events);
        IReadOnlyList<Prefix> lapsed = _neverBan.Lapse(now);
        if (lapsed.Count > 0)
        {
            _disallowed.AddRange(lapsed);
            RenewNeverBan();
        }
    }

    private void CarryOut(bool always)
    {
        UnixTime now = UnixTime.Now(_clock);
        long lines = Lines;
        bool due = !_committed.IsKnown || (now - _committed).Duration() >= CommitEvery;
        if (_events.Count + _allowed.Count + _disallowed.Count > 0 || always || (due && lines != _linesAtCommit))
        {
            // 4. decisions, counts and positions in one transaction
            Store?.Commit(new GuardCommit
            {
                Time = now,
                Changes = _engine.DrainChanges(),
                Events = [.. _events],
                Positions = Positions(),
                Allowed = [.. _allowed],
                Disallowed = [.. _disallowed],
            });
            _allowed.Clear();
            _disallowed.Clear();
            _linesAtCommit = lines;
            _committed = now;
        }
        else if (due)
        {
            Store?.CatchUp();
        }

        if (_events.Count == 0)
        {
            return;
        }

        // 5. the kernel; what it refuses stays due, and the keeper tries again
        if (!_enforcer.Apply(_events).TryGet(out _, out Problem? problem))
        {
            EnforcementTrouble = problem;
            _listener.Trouble(problem);
        }

        if (_events.Exists(happened => happened is GuardEvent.Banned { Ban.Simulated: false }))
        {
            _cutConnections();
        }

        // 6. whoever listens
        foreach (GuardEvent happened in _events)
        {
            _listener.Decided(happened);
        }

        _events.Clear();
    }

    private sealed class Sink(GuardPipeline pipeline, SourceFilters source) : ISightingSink
    {
        public void Accept(int filter, in Sighting sighting) => pipeline.Observe(source, filter, sighting);
    }
}
