using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// A hash table of small values that also keeps its entries in the order in which they were last touched, so that the longest unseen can
/// be forgotten in constant time. Entries are addressed by their index, which stays theirs until they are removed. It can keep book of
/// the keys that changed. Memory: 36 bytes and the value per entry.
/// </summary>
/// <remarks>
/// Keys are chosen by attackers (whoever has an IPv6 /32 picks among 2^32 of them), hence the seeded mixing before the key picks its chain.
/// </remarks>
/// <typeparam name="T">The value; a mutable struct is fine, it is handed out by reference.</typeparam>
public sealed class RecencyTable<T>
    where T : struct
{
    /// <summary>The index of no entry.</summary>
    public const int None = -1;

    private const int PageBits = 12;
    private const int PageLength = 1 << PageBits;

    private readonly ulong _seed;
    private readonly List<ulong>? _changed;
    private int[] _chains = new int[16];

    // By pages: an array that doubles leaves its old self behind, as large as all that was there, until the next full collection.
    private Entry[][] _pages = [new Entry[16]];
    private int _used;
    private int _free = None;

    /// <summary>Makes an empty table.</summary>
    /// <param name="seed">What attackers do not know; any number in a replay.</param>
    /// <param name="trackChanges">Whether <see cref="DrainChanges"/> will be asked.</param>
    public RecencyTable(ulong seed, bool trackChanges = false)
    {
        _seed = seed;
        _changed = trackChanges ? [] : null;
        _chains.AsSpan().Fill(None);
    }

    /// <summary>The number of entries.</summary>
    public int Count { get; private set; }

    /// <summary>The index of the entry that was touched the longest ago, <see cref="None"/> if there is none.</summary>
    public int Oldest { get; private set; } = None;

    /// <summary>
    /// Whether more changed than book was kept of, because nobody drained the changes: then everything counts as changed, and what is gone
    /// is not known.
    /// </summary>
    public bool Overflowed { get; private set; }

    /// <summary>The index of the entry that was touched last, <see cref="None"/> if there is none.</summary>
    public int Newest { get; private set; } = None;

    /// <summary>The value of an entry.</summary>
    public ref T this[int index] => ref At(index).Value;

    /// <summary>The key of an entry.</summary>
    public ulong KeyAt(int index) => At(index).Key;

    /// <summary>When an entry was last touched.</summary>
    public UnixTime SeenAt(int index) => At(index).SeenAt;

    /// <summary>The entry that was touched next after this one, <see cref="None"/> after the last.</summary>
    public int NewerThan(int index) => At(index).Newer;

    /// <summary>The entry that was touched next before this one, <see cref="None"/> before the first.</summary>
    public int OlderThan(int index) => At(index).Older;

    /// <summary>Finds an entry; <see cref="None"/> if there is none.</summary>
    public int Find(ulong key)
    {
        int index = _chains[ChainOf(key)];
        while (index != None && At(index).Key != key)
        {
            index = At(index).Next;
        }

        return index;
    }

    /// <summary>Adds an entry for a key that has none, with a default value, as the one touched last.</summary>
    public int Add(ulong key, UnixTime now)
    {
        int index = TakeFree();
        ref int chain = ref _chains[ChainOf(key)];
        At(index) = new Entry { Key = key, Next = chain };
        chain = index;
        Count++;
        Append(index, now);
        Changed(index);
        return index;
    }

    /// <summary>Makes an entry the one touched last.</summary>
    public void Touch(int index, UnixTime now)
    {
        if (index != Newest)
        {
            Unlink(index);
            Append(index, now);
        }

        At(index).SeenAt = now;
        Changed(index);
    }

    /// <summary>Finds or adds an entry, and makes it the one touched last.</summary>
    public int TouchOrAdd(ulong key, UnixTime now)
    {
        int index = Find(key);
        if (index == None)
        {
            return Add(key, now);
        }

        Touch(index, now);
        return index;
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(int index)
    {
        ref Entry entry = ref At(index);
        ref int link = ref _chains[ChainOf(entry.Key)];
        while (link != index)
        {
            link = ref At(link).Next;
        }

        link = entry.Next;
        Unlink(index);
        Changed(index);
        entry = new Entry { Next = _free };
        _free = index;
        Count--;
    }

    /// <summary>Moves every entry's time, because the clock was set.</summary>
    public void Shift(TimeSpan by)
    {
        for (int index = Oldest; index != None; index = At(index).Newer)
        {
            At(index).SeenAt += by;
        }
    }

    /// <summary>
    /// Hands out what changed since the last time: each key with the index of its entry, <see cref="None"/> where it is gone. A key that is
    /// gone may come twice.
    /// </summary>
    public void DrainChanges(Action<ulong, int> take)
    {
        foreach (ulong key in _changed ?? [])
        {
            int index = Find(key);
            if (index == None || At(index).Changed)
            {
                take(key, index);
            }

            if (index != None)
            {
                At(index).Changed = false;
            }
        }

        _changed?.Clear();
    }

    /// <summary>Lets go of the book of changes: whoever needs them has read the whole table.</summary>
    public void ForgetChanges()
    {
        for (int index = Oldest; index != None; index = At(index).Newer)
        {
            At(index).Changed = false;
        }

        _changed?.Clear();
        Overflowed = false;
    }

    // Fibonacci hashing: the upper bits of the product are the well-mixed ones. Knuth, The Art of Computer Programming, 6.4.
    private int ChainOf(ulong key)
    {
        ulong mixed = (key ^ _seed) * 0x9e37_79b9_7f4a_7c15;
        mixed = (mixed ^ (mixed >> 29)) * (_seed | 1);
        return (int)(mixed >> 33) & (_chains.Length - 1);
    }

    private void Changed(int index)
    {
        if (_changed is null || Overflowed || At(index).Changed)
        {
            return;
        }

        At(index).Changed = true;
        _changed.Add(At(index).Key);
        if (_changed.Count > (4L * Count) + 65_536)
        {
            _changed.Clear();
            Overflowed = true;
        }
    }

    private int TakeFree()
    {
        if (_free != None)
        {
            int index = _free;
            _free = At(index).Next;
            return index;
        }

        if (_used == _chains.Length)
        {
            Rehash();
        }

        Reserve(_used);
        return _used++;
    }

    private ref Entry At(int index) => ref _pages[index >> PageBits][index & (PageLength - 1)];

    /// <summary>Makes room for an entry right behind the last one. Only the first page grows; the others have their full length at once.</summary>
    private void Reserve(int index)
    {
        int page = index >> PageBits;
        if (page == 0)
        {
            if (index == _pages[0].Length)
            {
                Array.Resize(ref _pages[0], index * 2);
            }

            return;
        }

        if (page == _pages.Length)
        {
            Array.Resize(ref _pages, page * 2);
        }

        _pages[page] ??= new Entry[PageLength];
    }

    private void Rehash()
    {
        _chains = new int[_chains.Length * 2];
        _chains.AsSpan().Fill(None);
        for (int index = 0; index < _used; index++)
        {
            ref int chain = ref _chains[ChainOf(At(index).Key)];
            At(index).Next = chain;
            chain = index;
        }
    }

    private void Append(int index, UnixTime now)
    {
        ref Entry entry = ref At(index);
        entry.SeenAt = now;
        entry.Older = Newest;
        entry.Newer = None;
        if (Newest == None)
        {
            Oldest = index;
        }
        else
        {
            At(Newest).Newer = index;
        }

        Newest = index;
    }

    private void Unlink(int index)
    {
        (int older, int newer) = (At(index).Older, At(index).Newer);
        if (older == None)
        {
            Oldest = newer;
        }
        else
        {
            At(older).Newer = newer;
        }

        if (newer == None)
        {
            Newest = older;
        }
        else
        {
            At(newer).Older = older;
        }
    }

    private struct Entry
    {
        public ulong Key;
        public UnixTime SeenAt;
        public int Next;
        public int Newer;
        public int Older;
        public bool Changed;
        public T Value;
    }
}
