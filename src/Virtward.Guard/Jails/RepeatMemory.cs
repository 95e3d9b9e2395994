using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// How often one jail has banned whom. A ban is remembered for twice its length after its end, a week at least; who stays away as long
/// starts anew.
/// </summary>
/// <param name="seed">The seed of <see cref="RecencyTable{T}"/>.</param>
/// <param name="trackChanges">Whether changes will be drained.</param>
public sealed class RepeatMemory(ulong seed, bool trackChanges)
{
    private static readonly TimeSpan Least = TimeSpan.FromDays(7);

    /// <summary>The entries, by the bits of a <see cref="SubjectKey"/> or a <see cref="NetworkKey"/>, touched with each ban.</summary>
    public RecencyTable<Entry> Entries { get; } = new(seed, trackChanges);

    /// <summary>How often the key was banned, as far as is remembered.</summary>
    public int Count(ulong key, UnixTime now)
    {
        int index = Entries.Find(key);
        return index != RecencyTable<Entry>.None && Entries[index].ForgetAt > now ? Entries[index].Count : 0;
    }

    /// <summary>Notes a ban.</summary>
    public void Add(ulong key, UnixTime since, UnixTime until)
    {
        int count = Count(key, since);
        int index = Entries.TouchOrAdd(key, since);
        TimeSpan twice = (until - since) * 2;
        Entries[index] = new Entry(count + 1, until + (twice > Least ? twice : Least));
    }

    /// <summary>Forgets a key.</summary>
    public void Forget(ulong key)
    {
        int index = Entries.Find(key);
        if (index != RecencyTable<Entry>.None)
        {
            Entries.Remove(index);
        }
    }

    /// <summary>When the last ban of the entry was that is forgotten next; <see cref="UnixTime.Never"/> where there is none.</summary>
    public UnixTime OldestSeen => Entries.Count == 0 ? UnixTime.Never : Entries.SeenAt(Entries.Oldest);

    /// <summary>Forgets whose last ban is the longest ago.</summary>
    public void ForgetOldest() => Entries.Remove(Entries.Oldest);

    /// <summary>Lets go of what is out of date, from the oldest on.</summary>
    public void Expire(UnixTime now)
    {
        while (Entries.Count > 0 && Entries[Entries.Oldest].ForgetAt <= now)
        {
            Entries.Remove(Entries.Oldest);
        }
    }

    /// <summary>Moves all times, because the clock was set.</summary>
    public void Shift(TimeSpan by)
    {
        Entries.Shift(by);
        for (int index = Entries.Oldest; index != RecencyTable<Entry>.None; index = Entries.NewerThan(index))
        {
            Entries[index] = Entries[index] with { ForgetAt = Entries[index].ForgetAt + by };
        }
    }

    /// <summary>What is remembered of one key.</summary>
    /// <param name="Count">The bans so far.</param>
    /// <param name="ForgetAt">When they are forgotten.</param>
    public readonly record struct Entry(int Count, UnixTime ForgetAt);
}
