using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Sightings;

namespace Virtward.Guard.Jails;

/// <summary>
/// The heart of the guard: sightings in, decisions out. It reads nothing, writes nothing and has no clock; the same calls give the same
/// decisions. For one thread. docs/decisions/0011-how-jails-count.md has the rules and their reasons.
/// </summary>
/// <remarks>
/// Time is what <see cref="Advance"/> was told last: the host's clock for a live log, a <see cref="LogClock"/> in a replay. Before it was
/// told, nothing counts. A sighting from the future counts as of now, so no line can push the engine's time.
/// </remarks>
public sealed class GuardEngine
{
    /// <summary>What the memory of repeated prefix bans is kept under: a prefix ban is of the jail that decided, its repeats are not.</summary>
    public const string PrefixJail = "prefix";

    /// <summary>The jail that bans by hand are of.</summary>
    public const string ManualJail = "manual";

    /// <summary>The jail that imported bans are of.</summary>
    public const string ImportJail = "import";

    /// <summary>The most subjects that are known to have logged in.</summary>
    public const int MostKnownGood = 65_536;

    private const int MostSpared = 4096;
    private static readonly TimeSpan Housekeeping = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SparedEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan KnownGoodFor = TimeSpan.FromDays(90);

    private readonly GuardPolicy _policy;
    private readonly Jail[] _jails;
    private readonly Jail[] _recidive;
    private readonly IReadOnlySet<ulong>[] _bannedSubjects;
    private readonly Dictionary<string, Jail> _byName;
    private readonly PrefixWatch _prefixes;
    private readonly RepeatMemory _prefixRepeats;
    private readonly SiegeWatch _siege;
    private readonly BanLedger _ledger;
    private readonly RecencyTable<byte> _knownGood;
    private readonly RecencyTable<byte> _spared;
    private readonly StateKeeper _keeper;
    private readonly ulong _seed;
    private UnixTime _nextHousekeeping = UnixTime.None;

    /// <summary>Makes an engine that has seen nothing.</summary>
    /// <param name="policy">The policy, checked: jails have unique names, none of them one of this class's own.</param>
    /// <param name="neverBan">Who is never banned.</param>
    /// <param name="seed">Makes jitter and hashes unpredictable: random for a live guard, constant in a replay.</param>
    /// <param name="trackChanges">Whether <see cref="DrainChanges"/> will be asked; without it nothing is kept for it.</param>
    public GuardEngine(GuardPolicy policy, NeverBan neverBan, ulong seed, bool trackChanges = false)
    {
        if (policy.Jails.Any(static jail => jail.Name is PrefixJail or ManualJail or ImportJail))
        {
            throw new ArgumentException($"no jail may be called {PrefixJail}, {ManualJail} or {ImportJail}", nameof(policy));
        }

        _policy = policy;
        _seed = seed;
        NeverBan = neverBan;
        _jails = [.. policy.Jails.Select(jail => new Jail(jail, seed, trackChanges))];
        _recidive = [.. _jails.Where(static jail => jail.IsRecidive)];
        _byName = _jails.ToDictionary(static jail => jail.Name);
        _ledger = new BanLedger(trackChanges);
        _bannedSubjects = [.. _jails.Select(jail => _ledger.SubjectsOf(jail.Name))];
        _prefixes = new PrefixWatch(policy.Prefixes, policy.MaxTracked, seed, trackChanges);
        _prefixRepeats = new RepeatMemory(seed, trackChanges);
        _siege = new SiegeWatch(policy.Siege, [.. _jails.Select(static jail => jail.Name)], seed);
        _knownGood = new RecencyTable<byte>(seed, trackChanges);
        _spared = new RecencyTable<byte>(seed);
        _keeper = new StateKeeper(_jails, _ledger, _prefixes, _prefixRepeats, _knownGood, _siege);
    }

    /// <summary>The engine's time; <see cref="UnixTime.None"/> before the first <see cref="Advance"/>.</summary>
    public UnixTime Now { get; private set; } = UnixTime.None;

    /// <summary>Who is never banned.</summary>
    public NeverBan NeverBan { get; private set; }

    /// <summary>The bans in force, simulated ones among them; a view that changes along.</summary>
    public BanBook Bans => _ledger.Book;

    /// <summary>The siege watch, for a status.</summary>
    public SiegeStatus Siege => _siege.Status;

    /// <summary>Whether there is a siege.</summary>
    public bool IsUnderSiege => _siege.IsActive;

    /// <summary>Attackers and repeat offenders that are remembered now; one per jail.</summary>
    public int Tracked
    {
        get
        {
            int tracked = _prefixRepeats.Entries.Count;
            foreach (Jail jail in _jails)
            {
                tracked += jail.Attackers.Count + jail.Repeats.Entries.Count;
            }

            return tracked;
        }
    }

    /// <summary>Attackers and repeat offenders that were forgotten for want of room.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Sightings that counted for nothing because their lines were older than the find time, or no time was known at all.</summary>
    public long TooOld { get; private set; }

    /// <summary>Bans that the never-ban list forbade, told as an event or not.</summary>
    public long SparedBans { get; private set; }

    /// <summary>When <see cref="Advance"/> next has something to do: a ban that ends, or the housekeeping of each second.</summary>
    public UnixTime NextDue => _ledger.Book.NextEnd is var end && end < _nextHousekeeping ? end : _nextHousekeeping;

    /// <summary>
    /// Lets time pass: bans end, siege and windows move on. Cheap where nothing is due, so that it can be called for every line. A
    /// clock set back by more than two minutes moves everything that is remembered back with it, so that bans keep the time they have left;
    /// by less, time stands still until it is caught up with.
    /// </summary>
    public void Advance(UnixTime now, ICollection<GuardEvent> events)
    {
        if (!now.IsKnown || now == UnixTime.Never)
        {
            return;
        }

        if (Now.IsKnown && now < Now)
        {
            if (Now - now <= ClockSlack)
            {
                return;
            }

            Shift(now - Now, now, events);
        }

        Now = now;
        if (_ledger.Book.NextEnd <= now)
        {
            _ledger.Expire(now, events);
        }

        if (now >= _nextHousekeeping)
        {
            KeepHouse(events);
        }
    }

    /// <summary>Takes in one sighting.</summary>
    /// <param name="jail">The jail's index in the policy.</param>
    /// <param name="sighting">The sighting; nothing of its memory is kept.</param>
    /// <param name="events">What takes the decisions.</param>
    public void Observe(int jail, in Sighting sighting, ICollection<GuardEvent> events)
    {
        if (!Now.IsKnown)
        {
            // A log of which no line has had a stamp yet.
            TooOld++;
            return;
        }

        if (!SubjectKey.TryFrom(sighting.Address, out SubjectKey subject))
        {
            return;
        }

        UnixTime time = sighting.Time.IsKnown && sighting.Time < Now ? sighting.Time : Now;
        switch (sighting.Kind)
        {
            case SightingKind.Failure:
                ObserveFailure(jail, subject, time, in sighting, events);
                break;
            case SightingKind.Success:
                ObserveSuccess(_jails[jail], subject, time);
                break;
            default:
                break;
        }
    }

    /// <summary>Bans by hand, or as an import says. A ban of the same target by the same hand is replaced.</summary>
    /// <param name="target">What to ban, as it is: a single IPv6 address is not widened.</param>
    /// <param name="term">How long; cut to what <see cref="BanTerm.Limit"/> allows.</param>
    /// <param name="reason">Why, in words.</param>
    /// <param name="force">Whether it goes over the never-ban list (never over <see cref="NeverBan.Always"/>) and over the limit of size.</param>
    /// <param name="origin"><see cref="BanOrigin.Manual"/> or <see cref="BanOrigin.Import"/>.</param>
    /// <param name="events">What takes the decisions.</param>
    /// <returns>The ban; a problem where it must not be made.</returns>
    public Result<Ban> BanByHand(
        Prefix target, TimeSpan term, string reason, bool force, BanOrigin origin, ICollection<GuardEvent> events)
    {
        RequireTime();
        var ban = new Ban
        {
            Target = target,
            Jail = origin == BanOrigin.Import ? ImportJail : ManualJail,
            Origin = origin == BanOrigin.Import ? BanOrigin.Import : BanOrigin.Manual,
            Since = Now,
            Until = Now + BanTerm.Limit(term.Ticks),
            Reason = reason,
            Forced = force,
        };
        if (NeverBan.Spares(ban))
        {
            bool never = force || NeverBan.Spares(ban with { Forced = true });
            string hint = never ? "nobody can" : "add --force if you must";
            return new Problem($"cannot ban what is never banned ({NeverBan.ReasonFor(target)})", target.ToString(), hint);
        }

        // A typing error such as /2 for /24 must not shut out a quarter of the Internet: no assignment is wider than these.
        if (!force && target.Length < (target.IsV4 ? 8 : 19))
        {
            return new Problem("cannot ban so large a network", target.ToString(), "add --force if you must");
        }

        ban = ban with { KeptIn = target.Count - NeverBan.CountShutOut(ban) };
        _ledger.Begin(ban, Now, events);
        return ban;
    }

    /// <summary>
    /// Lifts by hand every ban of a target, those that a prefix ban has taken in among them, and forgets what led to it. A single IPv6
    /// address stands for its /64 as well, which is what jails ban. When a prefix is lifted, single bans that were folded into it
    /// come back for the rest of their time, unless they are lifted along.
    /// </summary>
    /// <param name="target">The target.</param>
    /// <param name="inside">Whether bans of targets inside it are lifted along.</param>
    /// <param name="events">What takes the decisions.</param>
    public UnbanOutcome UnbanByHand(Prefix target, bool inside, ICollection<GuardEvent> events)
    {
        RequireTime();
        Prefix subject = SubjectKey.TryFrom(target.First, out SubjectKey key) && target.IsSingle ? key.ToPrefix() : target;
        bool IsMeant(Ban ban) => ban.Target == target || ban.Target == subject || (inside && target.Contains(ban.Target));

        int lifted = _ledger.DropFolded(IsMeant, Now, UnbanCause.ByHand);
        Ban[] meant = [.. _ledger.Book.Inside(subject).Where(IsMeant)];
        foreach (Ban ban in meant)
        {
            _ledger.End(ban, Now, UnbanCause.ByHand, events);
        }

        Forgive(subject);
        if (inside)
        {
            Array.ForEach(meant, ban => Forgive(ban.Target));
        }

        return new UnbanOutcome(lifted + meant.Length, [.. _ledger.Book.Enclosing(target)]);
    }

    /// <summary>Replaces the never-ban list; bans that lie wholly inside the new one end.</summary>
    public void Replace(NeverBan neverBan, ICollection<GuardEvent> events)
    {
        NeverBan = neverBan;
        _prefixes.Forget(subject => neverBan.Spares(subject, PrefixJail));
        _ledger.DropFolded(neverBan.Spares, Now, UnbanCause.NeverBan);
        foreach (Ban ban in _ledger.Book.All.Where(neverBan.Spares).ToArray())
        {
            _ledger.End(ban, Now, UnbanCause.NeverBan, events);
        }
    }

    /// <summary>
    /// Takes back what was saved, into an engine that has seen nothing, and sets its time. Bans whose time is up and bans that are
    /// never-ban by now do not come back; they are told by the next <see cref="DrainChanges"/>. There are no events: what is in force is
    /// in <see cref="Bans"/>.
    /// </summary>
    public void Restore(GuardState state, UnixTime now)
    {
        if (Now.IsKnown)
        {
            throw new InvalidOperationException("the engine is at work already");
        }

        Now = now;
        _keeper.Restore(state, now, NeverBan);
        MakeRoom();
    }

    /// <summary>Everything that must outlive a restart.</summary>
    public GuardState Save() => _keeper.Save(Now);

    /// <summary>What changed in it since the last call; only where the engine was told to keep book.</summary>
    public GuardChanges DrainChanges() => _keeper.DrainChanges(Now);

    private void RequireTime()
    {
        if (!Now.IsKnown)
        {
            throw new InvalidOperationException("the engine was not told the time");
        }
    }

    private void ObserveFailure(int index, SubjectKey subject, UnixTime time, in Sighting sighting, ICollection<GuardEvent> events)
    {
        Jail jail = _jails[index];
        if (jail.IsTooOld(time, Now))
        {
            TooOld++;
            return;
        }

        // The line was written before the ban took hold, or the ban is simulated: it was judged already.
        if (sighting.Attempts <= 0 || _bannedSubjects[index].Contains(subject.Bits) || _ledger.Cover.Covers(subject))
        {
            jail.Touch(subject, Now);
            return;
        }

        if (!NeverBan.Spares(subject.ToPrefix(), jail.Name))
        {
            if (_siege.Observe(index, subject, sighting.User, sighting.Attempts, Now))
            {
                events.Add(new GuardEvent.SiegeBegan(Now, _siege.Reason));
            }

            if (_policy.Prefixes.Counting == PrefixCounting.Seen && CountsForPrefixes(jail) && Convict(jail, subject, events))
            {
                return;
            }
        }

        Count(jail, subject, time, sighting.Attempts, sighting.Line, events);
    }

    private void ObserveSuccess(Jail jail, SubjectKey subject, UnixTime time)
    {
        _knownGood.TouchOrAdd(subject.Bits, Now);
        if (_knownGood.Count > MostKnownGood)
        {
            _knownGood.Remove(_knownGood.Oldest);
        }

        jail.Forgive(subject, time, Now);
    }

    private void Count(Jail jail, SubjectKey subject, UnixTime time, int attempts, ReadOnlySpan<byte> line, ICollection<GuardEvent> events)
    {
        int before = jail.Attackers.Count;
        int entry = jail.Count(subject, time, attempts, Now);
        ref AttemptWindow window = ref jail.Attackers[entry];
        int limit = LimitOf(jail, subject);
        if (window.Count >= limit)
        {
            int counted = window.Count;
            UnixTime first = window.First;
            window.Clear();
            Judge(jail, subject, counted, Now - first, limit < jail.Policy.MaxRetry, line, events);
        }

        if (jail.Attackers.Count != before)
        {
            MakeRoom();
        }
    }

    // A siege is about logs: our own bans are no guesses, so recidive keeps its limit.
    private int LimitOf(Jail jail, SubjectKey subject) =>
        _siege.IsActive && !jail.IsRecidive && _knownGood.Find(subject.Bits) == RecencyTable<byte>.None
            ? Math.Min(jail.Policy.MaxRetry, _policy.Siege.MaxRetry)
            : jail.Policy.MaxRetry;

    private void Judge(
        Jail jail, SubjectKey subject, int attempts, TimeSpan within, bool tightened, ReadOnlySpan<byte> line, ICollection<GuardEvent> events)
    {
        Prefix target = subject.ToPrefix();
        int repeats = jail.Repeats.Count(subject.Bits, Now);
        string what = jail.IsRecidive ? Phrases.Count(attempts, "ban") : Phrases.Count(attempts, "failed attempt");
        string span = attempts == 1 ? "" : $" in {Phrases.Span(within)}";
        var ban = new Ban
        {
            Target = target,
            Jail = jail.Name,
            Origin = BanOrigin.Jail,
            Since = Now,
            Until = Now + BanTerm.Of(jail.Policy.BanTime, jail.Policy.Increment, repeats, jail.Name, target, _seed),
            Reason = what + span + (tightened ? " during a siege" : ""),
            Evidence = line.IsEmpty ? null : Phrases.Printable(line, Phrases.MaxEvidence),
            Sightings = attempts,
            Repeats = repeats,
            Simulated = jail.IsSimulated,
            Ports = jail.Policy.Ports,
        };
        if (IsSpared(ban, subject.Bits, events))
        {
            return;
        }

        jail.Repeats.Add(subject.Bits, ban.Since, ban.Until);
        _ledger.Begin(ban, Now, events);
        if (ban.Simulated)
        {
            return;
        }

        foreach (Jail recidive in jail.IsRecidive ? [] : _recidive)
        {
            if (!_ledger.SubjectsOf(recidive.Name).Contains(subject.Bits))
            {
                Count(recidive, subject, Now, 1, [], events);
            }
        }

        if (CountsForPrefixes(jail))
        {
            Convict(jail, subject, events);
        }
    }

    private bool CountsForPrefixes(Jail jail) => _policy.Prefixes.Enabled && jail.Policy.Prefixes && !jail.IsSimulated;

    // Notes an attacker against its prefixes; true where that bans one.
    private bool Convict(Jail jail, SubjectKey subject, ICollection<GuardEvent> events)
    {
        _prefixes.Add(subject, Now);
        if (!_prefixes.TryFind(subject, _ledger.Cover, Now, out PrefixFinding found) || !NetworkKey.TryFrom(found.Prefix, out NetworkKey key))
        {
            return false;
        }

        int repeats = _prefixRepeats.Count(key.Bits, Now);
        int sightings = _ledger.Book.Inside(found.Prefix).Where(static ban => ban is { Simulated: false, Origin: BanOrigin.Jail or BanOrigin.Prefix })
            .Sum(static ban => ban.Sightings);
        var ban = new Ban
        {
            Target = found.Prefix,
            Jail = jail.Name,
            Origin = BanOrigin.Prefix,
            Since = Now,
            Until = Now + BanTerm.Of(_policy.Prefixes.BanTime, _policy.Prefixes.Increment, repeats, PrefixJail, found.Prefix, _seed),
            Reason = "",
            Sightings = Math.Max(sightings, found.Members),
            Members = found.Members,
            Repeats = repeats,
        };
        double shutOut = NeverBan.CountShutOut(ban);
        string addresses = found.Prefix.IsV4
            ? Phrases.Count(shutOut, "address", "addresses")
            : Phrases.Count(shutOut / Math.Pow(2, 64), "/64 network");
        ban = ban with
        {
            KeptIn = ban.Target.Count - shutOut,
            Reason = $"{Phrases.Count(found.Members, "attacker")} in {Phrases.Span(found.Within)}; shuts out {addresses}",
        };
        if (IsSpared(ban, key.Bits, events))
        {
            return false;
        }

        _prefixRepeats.Add(key.Bits, ban.Since, ban.Until);
        _ledger.Begin(ban, Now, events);
        MakeRoom();
        return true;
    }

    // Told once an hour for each target: a monitoring host that fails all day must not fill the log.
    private bool IsSpared(Ban ban, ulong key, ICollection<GuardEvent> events)
    {
        if (!NeverBan.Spares(ban))
        {
            return false;
        }

        SparedBans++;
        int told = _spared.Find(key);
        if (told == RecencyTable<byte>.None || Now - _spared.SeenAt(told) >= SparedEvery)
        {
            _spared.TouchOrAdd(key, Now);
            events.Add(new GuardEvent.Spared(Now, ban));
        }

        if (_spared.Count > MostSpared)
        {
            _spared.Remove(_spared.Oldest);
        }

        return true;
    }

    private void Forgive(Prefix target)
    {
        _prefixes.Forget(target.Contains);
        if (NetworkKey.TryFrom(target, out NetworkKey network))
        {
            _prefixRepeats.Forget(network.Bits);
        }

        if (SubjectKey.TryFrom(target, out SubjectKey subject))
        {
            foreach (Jail jail in _jails)
            {
                jail.Forget(subject);
            }
        }
    }

    // Forgets the longest unseen until there is room again. Usually one; there are as many tables to look at as twice the jails.
    private void MakeRoom()
    {
        for (int excess = Tracked - _policy.MaxTracked; excess > 0; excess--, Forgotten++)
        {
            Jail? owner = null;
            UnixTime oldest = _prefixRepeats.OldestSeen;
            foreach (Jail jail in _jails)
            {
                if (jail.OldestSeen <= oldest)
                {
                    (owner, oldest) = (jail, jail.OldestSeen);
                }
            }

            if (owner is null)
            {
                _prefixRepeats.ForgetOldest();
            }
            else
            {
                owner.ForgetOldest();
            }
        }
    }

    private void KeepHouse(ICollection<GuardEvent> events)
    {
        _nextHousekeeping = Now + Housekeeping;
        foreach (Jail jail in _jails)
        {
            jail.Expire(Now);
        }

        _prefixes.Expire(Now);
        _prefixRepeats.Expire(Now);
        while (_knownGood.Count > 0 && Now - _knownGood.SeenAt(_knownGood.Oldest) > KnownGoodFor)
        {
            _knownGood.Remove(_knownGood.Oldest);
        }

        if (_siege.Advance(Now, out TimeSpan lasted))
        {
            events.Add(new GuardEvent.SiegeEnded(Now, lasted));
        }
    }

    private void Shift(TimeSpan by, UnixTime now, ICollection<GuardEvent> events)
    {
        Array.ForEach(_jails, jail => jail.Shift(by));
        _prefixes.Shift(by);
        _prefixRepeats.Shift(by);
        _knownGood.Shift(by);
        _spared.Shift(by);
        _siege.Shift(by);
        _ledger.Shift(by, now, events);
        _keeper.MarkAllChanged();
        _nextHousekeeping = now;
    }
}
