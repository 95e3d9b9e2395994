using System.Diagnostics.CodeAnalysis;
using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Bans;

/// <summary>
/// The bans in force: at most one per target and jail, found by prefix, and handed out in the order in which they end.
/// </summary>
public sealed class BanBook
{
    // By target where two end at once, so that a replay tells them in the same order every time.
    private static readonly IComparer<Ban> ByEnd = Comparer<Ban>.Create(static (a, b) =>
        a.Until != b.Until ? a.Until.CompareTo(b.Until) : a.Target.CompareTo(b.Target));

    private readonly BanSet _bans = new();
    private readonly PriorityQueue<Ban, Ban> _byEnd = new(ByEnd);

    /// <summary>The number of bans in force.</summary>
    public int Count => _bans.Count;

    /// <summary>All bans in force, IPv4 first, in the order of their targets.</summary>
    public IEnumerable<Ban> All => _bans.All;

    /// <summary>When the next ban ends; <see cref="UnixTime.Never"/> where there is none.</summary>
    public UnixTime NextEnd { get; private set; } = UnixTime.Never;

    /// <summary>Finds the ban of this very target by this jail.</summary>
    public bool TryGet(Prefix target, string jail, [NotNullWhen(true)] out Ban? ban)
    {
        ban = _bans.Find(target, jail);
        return ban is not null;
    }

    /// <summary>The bans of this very target.</summary>
    public IEnumerable<Ban> Of(Prefix target) => _bans.Inside(target).TakeWhile(ban => ban.Target == target);

    /// <summary>The bans that keep out the whole of a prefix or address, the widest first.</summary>
    public IEnumerable<Ban> Enclosing(Prefix prefix) => _bans.Enclosing(prefix);

    /// <summary>The bans of targets inside a prefix, itself included.</summary>
    public IEnumerable<Ban> Inside(Prefix prefix) => _bans.Inside(prefix);

    /// <summary>Takes in a ban; its target must not be banned by its jail already.</summary>
    public void Add(Ban ban)
    {
        if (!_bans.Add(ban))
        {
            throw new InvalidOperationException($"{ban.Target} is banned by {ban.Jail} already");
        }

        _byEnd.Enqueue(ban, ban);
        NextEnd = ban.Until < NextEnd ? ban.Until : NextEnd;
    }

    /// <summary>Takes out a ban; false where it is not in force.</summary>
    public bool Remove(Ban ban)
    {
        if (!_bans.Remove(ban))
        {
            return false;
        }

        if (_byEnd.Count > (2 * Count) + 1024)
        {
            // Bans that ended early leave their place in the queue behind; it must not grow with every re-ban by hand.
            _byEnd.Clear();
            _byEnd.EnqueueRange(All.Select(static other => (other, other)));
        }

        DropEnded();
        return true;
    }

    /// <summary>Finds the ban that ends next, if it has ended by now. It stays in force until it is removed.</summary>
    public bool TryNextEnded(UnixTime now, [NotNullWhen(true)] out Ban? ban)
    {
        ban = null;
        return NextEnd <= now && _byEnd.TryPeek(out ban, out _);
    }

    private bool InForce(Ban ban) => ReferenceEquals(_bans.Find(ban.Target, ban.Jail), ban);

    // The first of the queue is always in force.
    private void DropEnded()
    {
        Ban? next;
        while (_byEnd.TryPeek(out next, out _) && !InForce(next))
        {
            _byEnd.Dequeue();
        }

        NextEnd = next?.Until ?? UnixTime.Never;
    }
}
