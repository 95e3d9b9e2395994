using System.Runtime.InteropServices;
using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// What one set of the kernel must hold, and until when. A comparison with the kernel is a round: it marks what it has seen, and what
/// bears no mark is missing.
/// </summary>
public sealed class WantedSet
{
    private readonly Dictionary<Address, Entry> _entries = [];

    /// <summary>How many elements are wanted.</summary>
    public int Count => _entries.Count;

    /// <summary>Until when an element is wanted; null where it is not.</summary>
    public UnixTime? Find(Address key) => _entries.TryGetValue(key, out Entry entry) ? entry.Until : null;

    /// <summary>Wants an element until a time. A round under way counts it as seen: whoever wants it brings it into the kernel himself.</summary>
    public void Set(Address key, UnixTime until, int round) => _entries[key] = new Entry(until, round);

    /// <summary>Wants an element until a time at least; otherwise as <see cref="Set"/>.</summary>
    public void Extend(Address key, UnixTime until, int round)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out bool wanted);
        entry = new Entry(wanted && entry.Until > until ? entry.Until : until, round);
    }

    /// <summary>Wants an element no more.</summary>
    public void Remove(Address key) => _entries.Remove(key);

    /// <summary>Wants nothing any more that ends at this time or before.</summary>
    public void RemoveUntil(UnixTime time)
    {
        // Removing while enumerating is allowed for Dictionary since .NET Core 3.0.
        foreach ((Address key, Entry entry) in _entries)
        {
            if (entry.Until <= time)
            {
                _entries.Remove(key);
            }
        }
    }

    /// <summary>Marks a wanted element as seen in a round.</summary>
    /// <returns>Whether this is the first time, in this round or a later one.</returns>
    public bool MarkSeen(Address key, int round)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
        if (entry.Seen >= round)
        {
            return false;
        }

        entry = entry with { Seen = round };
        return true;
    }

    /// <summary>The wanted elements that a round has not seen, and until when they are wanted.</summary>
    public IEnumerable<(Address Key, UnixTime Until)> Unseen(int round)
    {
        foreach ((Address key, Entry entry) in _entries)
        {
            if (entry.Seen < round)
            {
                yield return (key, entry.Until);
            }
        }
    }

    private readonly record struct Entry(UnixTime Until, int Seen);
}
