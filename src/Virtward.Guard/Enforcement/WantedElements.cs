using Virtward.Core.Time;

namespace Virtward.Guard.Enforcement;

/// <summary>What the kernel's sets must hold, and until when.</summary>
public sealed class WantedElements
{
    private readonly Dictionary<GuardSet, WantedSet> _sets = [];
    private int _round;

    /// <summary>The sets that hold anything.</summary>
    public IEnumerable<GuardSet> Sets => _sets.Keys;

    /// <summary>What a set must hold; null where that is nothing.</summary>
    public WantedSet? Of(GuardSet set) => _sets.GetValueOrDefault(set);

    /// <summary>Until when an element is wanted; null where it is not.</summary>
    public UnixTime? Find(GuardElement element) => Of(element.Set)?.Find(element.Key);

    /// <summary>Wants an element until a time.</summary>
    public void Set(GuardElement element, UnixTime until) => Make(element.Set).Set(element.Key, until, _round);

    /// <summary>Wants an element until a time at least.</summary>
    public void Extend(GuardElement element, UnixTime until) => Make(element.Set).Extend(element.Key, until, _round);

    /// <summary>Wants an element no more.</summary>
    public void Remove(GuardElement element)
    {
        if (_sets.TryGetValue(element.Set, out WantedSet? wanted))
        {
            wanted.Remove(element.Key);
            DropEmpty(element.Set, wanted);
        }
    }

    /// <summary>Wants nothing any more that ends at this time or before.</summary>
    public void RemoveUntil(UnixTime time)
    {
        // Removing while enumerating is allowed for Dictionary since .NET Core 3.0.
        foreach ((GuardSet set, WantedSet wanted) in _sets)
        {
            wanted.RemoveUntil(time);
            DropEmpty(set, wanted);
        }
    }

    /// <summary>Begins a comparison of a set with the kernel and hands out its number.</summary>
    public int BeginRound() => ++_round;

    /// <summary>Wants nothing any more.</summary>
    public void Clear() => _sets.Clear();

    private WantedSet Make(GuardSet set)
    {
        if (!_sets.TryGetValue(set, out WantedSet? wanted))
        {
            wanted = new WantedSet();
            _sets.Add(set, wanted);
        }

        return wanted;
    }

    private void DropEmpty(GuardSet set, WantedSet wanted)
    {
        if (wanted.Count == 0)
        {
            _sets.Remove(set);
        }
    }
}
