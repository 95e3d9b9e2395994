using System.Runtime.InteropServices;
using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// What the kernel's sets must hold, and until when. A comparison with the kernel is a round: it marks what it has seen, and what bears
/// no mark is missing.
/// </summary>
public sealed class WantedElements
{
    private readonly Dictionary<GuardSet, Dictionary<Address, Entry>> _sets = [];
    private int _round;

    /// <summary>The sets that hold anything.</summary>
    public IEnumerable<GuardSet> Sets => _sets.Keys;

    /// <summary>Until when an element is wanted; null where it is not.</summary>
    public UnixTime? Find(GuardElement element) =>
        _sets.TryGetValue(element.Set, out Dictionary<Address, Entry>? entries) && entries.TryGetValue(element.Key, out Entry entry)
            ? entry.Until
            : null;

    /// <summary>Wants an element. A round under way counts it as seen: whoever wants it brings it into the kernel himself.</summary>
    public void Set(GuardElement element, UnixTime until)
    {
        if (!_sets.TryGetValue(element.Set, out Dictionary<Address, Entry>? entries))
        {
            entries = [];
            _sets.Add(element.Set, entries);
        }

        entries[element.Key] = new Entry(until, _round);
    }

    /// <summary>Wants an element no more.</summary>
    public void Remove(GuardElement element)
    {
        if (_sets.TryGetValue(element.Set, out Dictionary<Address, Entry>? entries) && entries.Remove(element.Key) && entries.Count == 0)
        {
            _sets.Remove(element.Set);
        }
    }

    /// <summary>Wants nothing any more that ends at this time or before.</summary>
    public void RemoveUntil(UnixTime time)
    {
        // Removing while enumerating is allowed for Dictionary since .NET Core 3.0.
        foreach ((GuardSet set, Dictionary<Address, Entry> entries) in _sets)
        {
            foreach ((Address key, Entry entry) in entries)
            {
                if (entry.Until <= time)
                {
                    entries.Remove(key);
                }
            }

            if (entries.Count == 0)
            {
                _sets.Remove(set);
            }
        }
    }

    /// <summary>Wants nothing any more.</summary>
    public void Clear() => _sets.Clear();

    /// <summary>Begins a comparison and hands out its number.</summary>
    public int BeginRound() => ++_round;

    /// <summary>Marks a wanted element as seen in a round.</summary>
    /// <returns>Whether this is the first time, in this round or a later one.</returns>
    public bool MarkSeen(GuardElement element, int round)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrNullRef(_sets[element.Set], element.Key);
        if (entry.Seen >= round)
        {
            return false;
        }

        entry = entry with { Seen = round };
        return true;
    }

    /// <summary>The wanted elements of a set that a round has not seen.</summary>
    public IEnumerable<Address> Unseen(GuardSet set, int round)
    {
        foreach ((Address key, Entry entry) in _sets.GetValueOrDefault(set) ?? [])
        {
            if (entry.Seen < round)
            {
                yield return key;
            }
        }
    }

    private readonly record struct Entry(UnixTime Until, int Seen);
}
