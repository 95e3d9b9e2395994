using Virtward.Core.Net;

namespace Virtward.Guard.Bans;

/// <summary>
/// Bans in the order of their targets (IPv4 first, a prefix right before what lies inside it), at most one per target and jail: found by
/// prefix, by what encloses one and by what lies inside one. Sorted runs of references, a B+ tree of two levels: about 12 bytes a ban,
/// where a trie takes 130. It must not change during an enumeration.
/// </summary>
public sealed class BanSet
{
    private const int LongestRun = 512;

    // No run is empty, but for the only one: its first ban tells where it begins.
    private readonly List<List<Ban>> _runs = [[]];

    // How many bans there are of each length: only lengths in use are looked up.
    private readonly int[] _v4 = new int[33];
    private readonly int[] _v6 = new int[129];

    /// <summary>The number of bans.</summary>
    public int Count { get; private set; }

    /// <summary>All bans, in order.</summary>
    public IEnumerable<Ban> All => _runs.SelectMany(static run => run);

    /// <summary>Finds the ban of this very target by this jail; null where there is none.</summary>
    public Ban? Find(Prefix target, string jail) => Place(target, jail, out int run, out int at) ? _runs[run][at] : null;

    /// <summary>The bans that keep out the whole of a prefix, its own among them, the widest first.</summary>
    public IEnumerable<Ban> Enclosing(Prefix prefix)
    {
        int[] lengths = Lengths(prefix);
        for (int length = 0; length <= prefix.Length; length++)
        {
            if (lengths[length] == 0)
            {
                continue;
            }

            Prefix target = prefix.Widen(length);
            foreach (Ban ban in From(target))
            {
                if (ban.Target != target)
                {
                    break;
                }

                yield return ban;
            }
        }
    }

    /// <summary>The bans of targets inside a prefix, its own among them, in order.</summary>
    public IEnumerable<Ban> Inside(Prefix prefix) => From(prefix).TakeWhile(ban => prefix.Contains(ban.Target));

    /// <summary>Adds a ban; false where there is one of its target and jail.</summary>
    public bool Add(Ban ban)
    {
        if (Place(ban.Target, ban.Jail, out int run, out int at))
        {
            return false;
        }

        if (_runs[run].Count == LongestRun)
        {
            Split(ref run, ref at);
        }

        _runs[run].Insert(at, ban);
        Lengths(ban.Target)[ban.Target.Length]++;
        Count++;
        return true;
    }

    /// <summary>Removes this very ban; false where it is not there.</summary>
    public bool Remove(Ban ban)
    {
        if (!Place(ban.Target, ban.Jail, out int run, out int at) || !ReferenceEquals(_runs[run][at], ban))
        {
            return false;
        }

        _runs[run].RemoveAt(at);
        if (_runs[run].Count == 0 && _runs.Count > 1)
        {
            _runs.RemoveAt(run);
        }

        Lengths(ban.Target)[ban.Target.Length]--;
        Count--;
        return true;
    }

    // The bans from the first of a target on, wherever it would be.
    private IEnumerable<Ban> From(Prefix target)
    {
        // No jail's name sorts before the empty one.
        Place(target, "", out int run, out int at);
        for (; run < _runs.Count; run++, at = 0)
        {
            for (; at < _runs[run].Count; at++)
            {
                yield return _runs[run][at];
            }
        }
    }

    // Halves a full run, and says where in the halves the place is now. Bans that come in order, as those of a restored state do, leave
    // full runs behind them.
    private void Split(ref int run, ref int at)
    {
        List<Ban> lower = _runs[run];
        int half = run == _runs.Count - 1 && at == LongestRun ? LongestRun : LongestRun / 2;
        var upper = new List<Ban>(LongestRun);
        upper.AddRange(lower[half..]);
        lower.RemoveRange(half, lower.Count - half);
        _runs.Insert(run + 1, upper);
        if (at >= half)
        {
            (run, at) = (run + 1, at - half);
        }
    }

    // Where the ban of a target and jail is, or would be: its run, and its place there. Whether it is there.
    private bool Place(Prefix target, string jail, out int run, out int at)
    {
        run = 0;
        for (int last = _runs.Count - 1; run < last;)
        {
            int middle = (run + last + 1) / 2;
            (run, last) = Compare(target, jail, _runs[middle][0]) < 0 ? (run, middle - 1) : (middle, last);
        }

        List<Ban> bans = _runs[run];
        at = 0;
        for (int end = bans.Count; at < end;)
        {
            int middle = (at + end) / 2;
            (at, end) = Compare(target, jail, bans[middle]) > 0 ? (middle + 1, end) : (at, middle);
        }

        return at < bans.Count && bans[at].Target == target && bans[at].Jail == jail;
    }

    private static int Compare(Prefix target, string jail, Ban ban)
    {
        int byFamily = ban.Target.IsV4.CompareTo(target.IsV4);
        int byTarget = byFamily != 0 ? byFamily : target.CompareTo(ban.Target);
        return byTarget != 0 ? byTarget : string.CompareOrdinal(jail, ban.Jail);
    }

    private int[] Lengths(Prefix prefix) => prefix.IsV4 ? _v4 : _v6;
}
