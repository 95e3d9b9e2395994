using Virtward.Core.Net;

namespace Virtward.Guard.Jails;

/// <summary>The prefixes that are banned now, for the one question that every failure asks: does this subject lie inside?</summary>
public sealed class NetworkCover
{
    private readonly HashSet<ulong> _networks = [];

    // How many prefixes of each length there are: only lengths in use are looked up.
    private readonly int[] _v4 = new int[32];
    private readonly int[] _v6 = new int[64];

    // Those of which there are any, the shortest first.
    private int[] _v4InUse = [];
    private int[] _v6InUse = [];

    /// <summary>Adds a prefix; false where it cannot be one of a prefix ban, or is there already.</summary>
    public bool Add(Prefix prefix)
    {
        bool added = NetworkKey.TryFrom(prefix, out NetworkKey key) && _networks.Add(key.Bits);
        if (added)
        {
            (prefix.IsV4 ? _v4 : _v6)[prefix.Length]++;
            NoteLengths();
        }

        return added;
    }

    /// <summary>Removes a prefix.</summary>
    public void Remove(Prefix prefix)
    {
        if (NetworkKey.TryFrom(prefix, out NetworkKey key) && _networks.Remove(key.Bits))
        {
            (prefix.IsV4 ? _v4 : _v6)[prefix.Length]--;
            NoteLengths();
        }
    }

    /// <summary>Whether the subject lies in one of the prefixes.</summary>
    public bool Covers(SubjectKey subject) => TryFind(subject, subject.Length, out _);

    /// <summary>Finds the widest of the prefixes that holds the subject.</summary>
    /// <param name="subject">The subject.</param>
    /// <param name="shorterThan">Only prefixes of a shorter length.</param>
    /// <param name="cover">The prefix.</param>
    public bool TryFind(SubjectKey subject, int shorterThan, out NetworkKey cover)
    {
        cover = default;
        if (_networks.Count == 0)
        {
            return false;
        }

        foreach (int length in subject.IsV4 ? _v4InUse : _v6InUse)
        {
            if (length >= shorterThan)
            {
                return false;
            }

            cover = NetworkKey.Of(subject, length);
            if (_networks.Contains(cover.Bits))
            {
                return true;
            }
        }

        return false;
    }

    private void NoteLengths()
    {
        _v4InUse = InUse(_v4, _v4InUse);
        _v6InUse = InUse(_v6, _v6InUse);
    }

    private static int[] InUse(int[] counts, int[] known)
    {
        int lengths = counts.Length - counts.AsSpan().Count(0);
        return lengths == known.Length && Array.TrueForAll(known, length => counts[length] > 0)
            ? known
            : [.. Enumerable.Range(0, counts.Length).Where(length => counts[length] > 0)];
    }
}
