using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// Puts bans into the kernel and keeps them there. The bans in force are the truth, the kernel is a cache of it: what was refused or
/// lost is found and repaired by <see cref="Reconcile()"/>. The never-ban list is cut out here, after every decision and right before
/// the kernel. Thread-safe; nothing here waits for anything but the kernel.
/// </summary>
public sealed class Enforcer
{
    // The kernel counts a timeout in its own ticks and drops elements some time after; less is no difference.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    // The kernel refuses timeouts of more than some centuries (nf_msecs_to_jiffies64).
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    // The sets of the usual bans are there from the start, so that the first attacker does not wait for their making.
    private static readonly GuardSet[] Standing = [new(true, 32, PortGroup.All), new(true, 24, PortGroup.All), new(false, 64, PortGroup.All)];

    private readonly IFirewall _firewall;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly BanIndex _index;
    private readonly WantedElements _wanted = new();
    private readonly Dictionary<GuardElement, PacketCount> _counted = [];
    private readonly HashSet<GuardSet> _layout = [];
    private readonly GuardedUplinks _uplinks;
    private PacketCount _dropped;
    private FirewallChain? _chain;
    private FirewallChain? _ingress;
    private ImmutableArray<string> _devices = [];
    private bool _counting = true;

    /// <summary>Makes an enforcer that knows of no ban yet; the first call is <see cref="Reconcile(IEnumerable{Ban})"/>.</summary>
    /// <param name="firewall">The kernel, or what stands for it.</param>
    /// <param name="clock">The wall clock: bans end by it.</param>
    /// <param name="carve">What is left of a ban without the never-ban list.</param>
    /// <param name="uplinks">Where frames come in that are only bridged through this host; null: nowhere.</param>
    public Enforcer(IFirewall firewall, TimeProvider clock, Func<Ban, IReadOnlyList<Prefix>> carve, IUplinks? uplinks = null)
    {
        _firewall = firewall;
        _clock = clock;
        _uplinks = new GuardedUplinks(uplinks);
        _index = new BanIndex { Carve = carve };
    }

    /// <summary>
    /// Takes what the guard decided and brings it into the kernel in one transaction. Where the kernel refuses part of it the rest is
    /// enforced, and the part stays due for the next <see cref="Reconcile()"/>.
    /// </summary>
    public Result<Done> Apply(IReadOnlyList<GuardEvent> events)
    {
        lock (_lock)
        {
            var touched = new Dictionary<GuardElement, UnixTime?>();
            foreach (GuardEvent happened in events)
            {
                switch (happened)
                {
                    case GuardEvent.Banned banned:
                        Touch(touched, _index.Find(banned.Ban.Target, banned.Ban.Jail));
                        Touch(touched, banned.Ban);
                        _index.Add(banned.Ban);
                        break;
                    case GuardEvent.Unbanned unbanned when unbanned.Cause != UnbanCause.Replaced:
                        Touch(touched, _index.Find(unbanned.Ban.Target, unbanned.Ban.Jail));
                        _index.Remove(unbanned.Ban);
                        break;
                    default:
                        break;
                }
            }

            List<ElementChange> changes = Changes(touched);
            return changes.Count == 0 ? default(Done) : Enforce(changes);
        }
    }

    /// <summary>Takes over the bans in force as the store has them, compares the kernel with them and repairs it.</summary>
    public Result<Reconciliation> Reconcile(IEnumerable<Ban> inForce)
    {
        lock (_lock)
        {
            _index.Clear();
            _index.Reserve(inForce.TryGetNonEnumeratedCount(out int count) ? count : 0);
            foreach (Ban ban in inForce)
            {
                _index.Add(ban);
            }

            Rebuild();
        }

        return Reconcile();
    }

    /// <summary>
    /// Compares the kernel with the bans in force and repairs it: a table, chain, set or element that is missing, elements that nobody
    /// wants, other timeouts, edits of our rules.
    /// </summary>
    public Result<Reconciliation> Reconcile()
    {
        bool rebuilt;
        List<GuardSet> sets;
        Problem? uncovered;
        lock (_lock)
        {
            _wanted.RemoveUntil(UnixTime.Now(_clock));
            if (!EnsureTable().TryGet(out rebuilt, out Problem? problem))
            {
                return problem;
            }

            sets = [.. Sets()];
            uncovered = _uplinks.Problem;
        }

        var total = new Reconciliation(rebuilt, 0, 0, 0, 0, null) { Uncovered = uncovered };
        foreach (GuardSet set in sets)
        {
            if (!Reconcile(set, total).TryGet(out total, out Problem? problem))
            {
                return problem;
            }
        }

        return total;
    }

    /// <summary>Whether the rules in the kernel hang on other devices than they should: cheap, for whenever some device has changed.</summary>
    public bool IsElsewhere()
    {
        lock (_lock)
        {
            // What cannot be read is for the next comparison to tell.
            ImmutableArray<string> uplinks = _uplinks.Read();
            return _firewall.ReadTable(GuardTable.Name).TryGet(out FirewallTable? table, out _) && !IsIngressIntact(table, uplinks);
        }
    }

    /// <summary>Replaces the never-ban list: what it newly holds is let go at once, what it no longer holds is banned where a ban says so.</summary>
    /// <param name="carve">What is left of a ban without the list.</param>
    public Result<Reconciliation> ReplaceNeverBan(Func<Ban, IReadOnlyList<Prefix>> carve)
    {
        lock (_lock)
        {
            _index.Carve = carve;
            Rebuild();
        }

        return Reconcile();
    }

    /// <summary>Whether packets of a peer to a port are being dropped.</summary>
    public bool Blocks(Address peer, Transport protocol, int port)
    {
        lock (_lock)
        {
            UnixTime now = UnixTime.Now(_clock);
            foreach (GuardSet set in _wanted.Sets)
            {
                if (set.IsV4 == peer.IsV4
                    && _wanted.Find(new GuardElement(set, new Prefix(peer, set.Length).First)) is UnixTime until
                    && until > now
                    && set.Ports.Contains(protocol, port))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Everything that bans have dropped, since the table was first made.</summary>
    public Result<PacketCount> ReadDropped()
    {
        lock (_lock)
        {
            if (!_firewall.ReadCounter(GuardTable.Name, GuardTable.Counter).TryGet(out PacketCount? count, out Problem? problem))
            {
                return problem;
            }

            _dropped = count ?? _dropped;
            return _dropped;
        }
    }

    /// <summary>What each banned target has been stopped from, by target; those with nothing are left out. An element of several bans counts for each.</summary>
    public Result<IReadOnlyDictionary<Prefix, PacketCount>> ReadCounts()
    {
        var counts = new Dictionary<Prefix, PacketCount>();
        List<GuardSet> sets;
        lock (_lock)
        {
            sets = [.. _wanted.Sets];
        }

        foreach (GuardSet set in sets)
        {
            Result<Done> read = _firewall.ReadSet(GuardTable.Name, set.Name, element => AddCount(counts, new GuardElement(set, element.Key), element.Count));
            if (!read.IsOk)
            {
                return read.Problem;
            }
        }

        return counts;
    }

    /// <summary>Removes everything of the guard from the kernel, and leaves the rest of our table alone. The bans in force are forgotten here.</summary>
    public Result<Done> Flush()
    {
        lock (_lock)
        {
            _index.Clear();
            _wanted.Clear();
            _counted.Clear();
            _dropped = default;
            _chain = null;
            _ingress = null;
            _devices = [];
            if (!_firewall.ReadTable(GuardTable.Name).TryGet(out FirewallTable? table, out Problem? problem)
                || !_firewall.ReadCounter(GuardTable.Name, GuardTable.Counter).TryGet(out PacketCount? counter, out problem))
            {
                return problem;
            }

            string script = GuardTable.Removal(table, counter is not null);
            return script.Length == 0 ? default(Done) : _firewall.Apply(script);
        }
    }

    private static TimeSpan Left(UnixTime until, UnixTime now)
    {
        TimeSpan left = until - now;
        return left < Longest ? left : Longest;
    }

    private IEnumerable<GuardSet> Sets() => _wanted.Sets.Union(Standing);

    private void Touch(Dictionary<GuardElement, UnixTime?> touched, Ban? ban)
    {
        if (ban is null)
        {
            return;
        }

        foreach (GuardElement element in _index.Elements(ban))
        {
            touched.TryAdd(element, _wanted.Find(element));
        }
    }

    // Takes over what the touched elements come to now, and tells how the kernel gets there.
    private List<ElementChange> Changes(Dictionary<GuardElement, UnixTime?> touched)
    {
        UnixTime now = UnixTime.Now(_clock);
        var changes = new List<ElementChange>(touched.Count);
        foreach ((GuardElement element, UnixTime? before) in touched)
        {
            UnixTime? after = _index.Until(element) is UnixTime until && until > now ? until : null;
            if (after is null)
            {
                // Also where it was let go of before, because its time was up: its count must not outlive it.
                _counted.Remove(element);
            }

            if (before == after)
            {
                continue;
            }

            string name = element.Set.Name;
            if (after is not UnixTime end)
            {
                _wanted.Remove(element);
                changes.Add(new ElementChange(name, element.Key, ElementAction.Remove));
                continue;
            }

            _wanted.Set(element, end);
            PacketCount count = before is null ? default : Count(element);
            changes.Add(new ElementChange(name, element.Key, ElementAction.Put, Left(end, now), count));
        }

        return changes;
    }

    private PacketCount Count(GuardElement element)
    {
        if (_firewall.ReadElement(GuardTable.Name, element.Set.Name, element.Key).TryGet(out FirewallElement? present, out _)
            && present is FirewallElement found)
        {
            return found.Count;
        }

        return _counted.GetValueOrDefault(element);
    }

    private void AddCount(Dictionary<Prefix, PacketCount> counts, GuardElement element, PacketCount count)
    {
        if (count == default)
        {
            return;
        }

        lock (_lock)
        {
            foreach (Prefix target in _index.Owners(element).Select(static ban => ban.Target).Distinct())
            {
                counts[target] = counts.GetValueOrDefault(target) + count;
                _counted[element] = count;
            }
        }
    }

    private void Rebuild()
    {
        _wanted.Clear();
        foreach (Ban ban in _index.Bans)
        {
            foreach (GuardElement element in _index.Elements(ban))
            {
                _wanted.Extend(element, ban.Until);
            }
        }
    }

    private Result<Done> Enforce(List<ElementChange> changes)
    {
        bool known = _wanted.Sets.All(_layout.Contains);
        Problem? problem = null;
        if (known && _firewall.ApplyElements(GuardTable.Name, changes).TryGet(out _, out problem))
        {
            return default(Done);
        }

        // A set is needed that was not, or somebody has removed one: make sure of the table, then once more.
        if (!EnsureTable().TryGet(out _, out problem))
        {
            return problem;
        }

        // A set that is no longer needed is gone with what was to be removed from it.
        HashSet<string> sets = [.. _layout.Select(static set => set.Name)];
        changes.RemoveAll(change => !sets.Contains(change.Set));
        int refused = new PartialBatch(_firewall).Apply(changes, out problem);
        return problem is null ? default(Done) : problem with { What = $"{refused} of {changes.Count} changes of bans are not in force yet: {problem.What}" };
    }

    // Whether the table had to be made anew, for another reason than that the uplinks are others now.
    private Result<bool> EnsureTable()
    {
        GuardSet[] sets = [.. Sets()];
        ImmutableArray<string> uplinks = _uplinks.Read();
        if (!_firewall.ReadTable(GuardTable.Name).TryGet(out FirewallTable? table, out Problem? problem))
        {
            return problem;
        }

        bool intact = IsIntact(table, sets);
        bool ingressIntact = IsIngressIntact(table, uplinks);
        if (intact && ingressIntact)
        {
            return false;
        }

        if (_firewall.ReadCounter(GuardTable.Name, GuardTable.Counter).TryGet(out PacketCount? count, out _) && count is PacketCount dropped)
        {
            _dropped = dropped;
        }

        bool moved = !uplinks.SequenceEqual(_devices);
        if (!Make(table, sets, uplinks).TryGet(out uplinks, out problem))
        {
            return problem;
        }

        // What we wrote, as the kernel reads it back, is what it must be from now on. Where somebody has been at it already, it is
        // made anew next time.
        _layout.Clear();
        _layout.UnionWith(sets);
        _devices = uplinks;
        bool read = _firewall.ReadTable(GuardTable.Name).TryGet(out table, out _);
        _chain = read ? Written(table!, GuardTable.Chain, GuardTable.Rules(sets)) : null;
        _ingress = read ? Written(table!, GuardTable.Ingress, GuardTable.IngressRules(sets)) : null;
        return !intact || !moved;
    }

    private static FirewallChain? Written(FirewallTable table, string name, int rules) =>
        table.Chains.TryGetValue(name, out FirewallChain chain) && chain.Rules == rules ? chain : null;

    // Makes the table with as much as kernel and nft can do, and hands out the devices of its ingress chain. What has ingress chains has
    // counters too: these go last.
    private Result<ImmutableArray<string>> Make(FirewallTable present, GuardSet[] sets, ImmutableArray<string> uplinks)
    {
        string Script(bool counting, ImmutableArray<string> devices) => GuardTable.Script(present, sets, _dropped, counting, devices);
        if (_firewall.Apply(Script(_counting, uplinks)).TryGet(out _, out Problem? problem))
        {
            _uplinks.Taken();
            return uplinks;
        }

        if (!uplinks.IsEmpty && _firewall.Apply(Script(_counting, [])).IsOk)
        {
            _uplinks.Refused(uplinks, problem);
            return ImmutableArray<string>.Empty;
        }

        if (!_counting || !_firewall.Apply(Script(counting: false, [])).IsOk)
        {
            return problem;
        }

        _counting = false;
        if (!uplinks.IsEmpty)
        {
            _uplinks.Refused(uplinks, problem);
        }

        return ImmutableArray<string>.Empty;
    }

    private bool IsIntact(FirewallTable table, GuardSet[] sets) =>
        !table.Dormant
        && _layout.SetEquals(sets)
        && table.Chains.TryGetValue(GuardTable.Chain, out FirewallChain chain)
        && chain == _chain
        && sets.All(set => table.Sets.TryGetValue(set.Name, out FirewallSet made) && set.Fits(made));

    // What was refused on just these devices is tried again only when the table is made anew for another reason.
    private bool IsIngressIntact(FirewallTable table, ImmutableArray<string> uplinks)
    {
        ImmutableArray<string> possible = _uplinks.IsRefused(uplinks) ? [] : uplinks;
        bool present = table.Chains.TryGetValue(GuardTable.Ingress, out FirewallChain chain);
        return possible.SequenceEqual(_devices) && (possible.IsEmpty ? !present : present && chain == _ingress);
    }

    private Result<Reconciliation> Reconcile(GuardSet set, Reconciliation total)
    {
        UnixTime began = UnixTime.Now(_clock);
        int round;
        lock (_lock)
        {
            round = _wanted.BeginRound();
        }

        var surplus = new HashSet<Address>();
        var stale = new Dictionary<Address, PacketCount>();
        Result<Done> read = _firewall.ReadSet(GuardTable.Name, set.Name, present =>
        {
            lock (_lock)
            {
                Compare(set, present, began, round, surplus, stale);
            }
        });
        if (!read.IsOk)
        {
            return read.Problem;
        }

        lock (_lock)
        {
            // What has been banned or lifted since it was read is in the kernel as it must be.
            WantedSet? wanted = _wanted.Of(set);
            surplus.RemoveWhere(key => wanted?.Find(key) is not null);
            string name = set.Name;
            var slices = new SlicedBatch(_firewall);
            int removed = slices.Apply(surplus.Select(key => (ElementChange?)new ElementChange(name, key, ElementAction.Remove)));
            int renewed = slices.Apply(stale.Select(pair => Change(name, pair.Key, wanted?.Find(pair.Key), ElementAction.Put, pair.Value)));
            int added = slices.Apply((wanted?.Unseen(round) ?? []).Select(unseen => Change(
                name, unseen.Key, unseen.Until, ElementAction.Add, _counted.GetValueOrDefault(new GuardElement(set, unseen.Key)))));
            return total with
            {
                Added = total.Added + added,
                Renewed = total.Renewed + renewed,
                Removed = total.Removed + removed,
                Refused = total.Refused + slices.Refused,
                Problem = total.Problem ?? slices.Problem,
            };
        }
    }

    // Compares one element that the kernel has with what is wanted.
    private void Compare(
        GuardSet set, FirewallElement present, UnixTime began, int round, HashSet<Address> surplus, Dictionary<Address, PacketCount> stale)
    {
        UnixTime now = UnixTime.Now(_clock);
        WantedSet? wanted = _wanted.Of(set);
        if (wanted?.Find(present.Key) is not UnixTime until || until <= now)
        {
            surplus.Add(present.Key);
            return;
        }

        if (!wanted.MarkSeen(present.Key, round))
        {
            return;
        }

        if (present.Count != default)
        {
            _counted[new GuardElement(set, present.Key)] = present.Count;
        }

        // The time left was read at some moment since the listing began.
        bool right = present.Remaining is TimeSpan remaining
            && remaining - Left(until, began) <= Tolerance
            && Left(until, now) - remaining <= Tolerance;
        if (!right)
        {
            stale[present.Key] = present.Count;
        }
    }

    // The change that brings an element into the kernel, timed as late as can be: the kernel counts from when it gets it. Null where it is
    // no longer wanted.
    private ElementChange? Change(string set, Address key, UnixTime? wanted, ElementAction action, PacketCount count)
    {
        UnixTime now = UnixTime.Now(_clock);
        return wanted is UnixTime until && until > now ? new ElementChange(set, key, action, Left(until, now), count) : null;
    }
}
