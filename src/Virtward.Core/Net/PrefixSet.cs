using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Virtward.Core.Net;

/// <summary>
/// An immutable set of addresses of both families. It is kept as sorted ranges, which is what makes the set operations simple, and shown as
/// the shortest list of disjoint prefixes.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is a set; it is shown as a list of prefixes.")]
public sealed class PrefixSet : IEquatable<PrefixSet>, IReadOnlyList<Prefix>
{
    /// <summary>The set that holds no address.</summary>
    public static readonly PrefixSet Empty = new([], []);

    // From here on it is not worth keeping the list of prefixes for one walk.
    private const int Large = 10_000;

    // IPv4 lies inside IPv6's numbers (::ffff:0:0/96, see Address), and is another family all the same: ::/0 holds no IPv4 address.
    private ImmutableArray<AddressRange> _rangesV4;
    private ImmutableArray<AddressRange> _rangesV6;

    // Makes the ranges where they are first asked for; null once they are made.
    private Func<PrefixSet>? _make;

    // Made when they are first asked for: all addresses but 100,000 are 100,001 ranges, and 1.4 million prefixes.
    private ImmutableArray<Prefix> _prefixes;

    private PrefixSet(ImmutableArray<AddressRange> v4, ImmutableArray<AddressRange> v6)
    {
        _rangesV4 = v4;
        _rangesV6 = v6;
    }

    private PrefixSet(Func<PrefixSet> make, object? origin)
    {
        _make = make;
        Origin = origin;
    }

    /// <summary>
    /// A set that is made when something of it is first asked for, and is not empty. For sets so large that most who pass them on never look.
    /// </summary>
    /// <param name="make">Makes it.</param>
    /// <param name="origin">What it is made from, by which its maker knows it again; null: nothing to be known by.</param>
    public static PrefixSet Deferred(Func<PrefixSet> make, object? origin = null) => new(make, origin);

    /// <summary>What a deferred set is made from; null for all others.</summary>
    public object? Origin { get; }

    /// <summary>Whether it is still to be made: looking at it costs.</summary>
    public bool IsDeferred => _make is not null;

    private ImmutableArray<AddressRange> V4 => Made()._rangesV4;

    private ImmutableArray<AddressRange> V6 => Made()._rangesV6;

    /// <summary>The number of prefixes in the shortest list.</summary>
    public int Count => Prefixes.Length;

    /// <summary>The number of intervals that it is kept as: a fast measure of how ragged it is, where <see cref="Count"/> would make every prefix.</summary>
    public int RangeCount => V4.Length + V6.Length;

    /// <summary>Whether it holds no address.</summary>
    public bool IsEmpty => !IsDeferred && V4.IsEmpty && V6.All(static range => Address.FromValue(range.First).IsV4 && Address.FromValue(range.Last).IsV4);

    /// <summary>How many addresses it holds; floating-point, because ::/0 alone holds 2^128.</summary>
    public double AddressCount => V4.Sum(static range => (double)(range.Last - range.First) + 1)
        + (V6.IsEmpty ? 0 : Prefixes.Where(static prefix => !prefix.IsV4).Sum(static prefix => prefix.Count));

    private ImmutableArray<Prefix> Prefixes
    {
        get
        {
            if (_prefixes.IsDefault)
            {
                var prefixes = ImmutableArray.CreateBuilder<Prefix>();
                AddPrefixes(V4.AsSpan(), true, prefixes);
                AddPrefixes(V6.AsSpan(), false, prefixes);
                ImmutableInterlocked.InterlockedInitialize(ref _prefixes, prefixes.DrainToImmutable());
            }

            return _prefixes;
        }
    }

    /// <summary>A prefix of the shortest list: IPv4 first, in the order of addresses.</summary>
    public Prefix this[int index] => Prefixes[index];

    /// <summary>The set of all addresses of these ranges, each of one family and both ends included; they may overlap and come in any order.</summary>
    public static PrefixSet OfRanges(IEnumerable<(Address First, Address Last)> ranges)
    {
        var v4 = new List<AddressRange>();
        var v6 = new List<AddressRange>();
        foreach ((Address first, Address last) in ranges)
        {
            (first.IsV4 && last.IsV4 ? v4 : v6).Add(new AddressRange(first.Value, last.Value));
        }

        return v4.Count + v6.Count == 0 ? Empty : new PrefixSet(Merge(v4), Merge(v6));
    }

    /// <summary>The set of all addresses of these prefixes, which may overlap and come in any order.</summary>
    public static PrefixSet Of(params IEnumerable<Prefix> prefixes)
    {
        var v4 = new List<AddressRange>();
        var v6 = new List<AddressRange>();
        foreach (Prefix prefix in prefixes)
        {
            (prefix.IsV4 ? v4 : v6).Add(new AddressRange(prefix));
        }

        return v4.Count + v6.Count == 0 ? Empty : new PrefixSet(Merge(v4), Merge(v6));
    }

    /// <summary>Whether the address is in the set.</summary>
    public bool Contains(Address address)
    {
        ImmutableArray<AddressRange> ranges = Ranges(address.IsV4);
        int at = FirstEndingAtOrAfter(ranges, address.Value);
        return at < ranges.Length && ranges[at].First <= address.Value;
    }

    /// <summary>Whether every address of the prefix is in the set.</summary>
    public bool Contains(Prefix prefix)
    {
        var wanted = new AddressRange(prefix);
        ImmutableArray<AddressRange> ranges = Ranges(prefix.IsV4);
        int at = FirstEndingAtOrAfter(ranges, wanted.First);
        return at < ranges.Length && ranges[at].First <= wanted.First && wanted.Last <= ranges[at].Last;
    }

    /// <summary>Whether any address of the prefix is in the set.</summary>
    public bool Overlaps(Prefix prefix)
    {
        var wanted = new AddressRange(prefix);
        ImmutableArray<AddressRange> ranges = Ranges(prefix.IsV4);
        int at = FirstEndingAtOrAfter(ranges, wanted.First);
        return at < ranges.Length && ranges[at].First <= wanted.Last;
    }

    /// <summary>The addresses that are in either.</summary>
    public PrefixSet Union(PrefixSet other) =>
        other.IsEmpty || ReferenceEquals(this, other) ? this : IsEmpty ? other
        : IsDeferred || other.IsDeferred ? Deferred(() => Made().Joined(other.Made())) : Joined(other);

    private PrefixSet Joined(PrefixSet other) => new(Merge([.. V4, .. other.V4]), Merge([.. V6, .. other.V6]));

    /// <summary>The addresses that are in both.</summary>
    public PrefixSet Intersect(PrefixSet other) => new(Intersect(V4, other.V4), Intersect(V6, other.V6));

    /// <summary>The addresses that are in this set and not in the other.</summary>
    public PrefixSet Subtract(PrefixSet other) =>
        other.IsEmpty || IsEmpty ? this : new PrefixSet(Subtract(V4, other.V4), Subtract(V6, other.V6));

    /// <summary>The addresses of this set that do not lie in the prefix.</summary>
    public PrefixSet Subtract(Prefix prefix) => Overlaps(prefix) ? Subtract(Of(prefix)) : this;

    /// <summary>What of the prefix lies outside this set, as the shortest list of prefixes.</summary>
    public ImmutableArray<Prefix> CarveFrom(Prefix prefix) =>
        !Overlaps(prefix) ? [prefix] : Contains(prefix) ? [] : Of(prefix).Subtract(this).Prefixes;

    /// <inheritdoc/>
    public IEnumerator<Prefix> GetEnumerator() => _prefixes.IsDefault && RangeCount > Large ? Stream() : ((IEnumerable<Prefix>)Prefixes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether both hold the same addresses.</summary>
    public bool Equals(PrefixSet? other) => ReferenceEquals(this, other)
        || (other is not null && V4.AsSpan().SequenceEqual(other.V4.AsSpan())
            // IPv4's place in a range of IPv6 holds nothing: ranges that differ by it alone are the same prefixes.
            && (V6.AsSpan().SequenceEqual(other.V6.AsSpan()) || Prefixes.AsSpan().SequenceEqual(other.Prefixes.AsSpan())));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PrefixSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (Prefix prefix in Prefixes)
        {
            hash.Add(prefix);
        }

        return hash.ToHashCode();
    }

    /// <summary>The shortest list of prefixes, with commas.</summary>
    public override string ToString() => string.Join(", ", Prefixes);

    // Two threads may make it twice, and get the same.
    private PrefixSet Made()
    {
        if (_make is { } make)
        {
            PrefixSet made = make().Made();
            _rangesV6 = made._rangesV6;
            _rangesV4 = made._rangesV4;
            _make = null;
        }

        return this;
    }

    private ImmutableArray<AddressRange> Ranges(bool v4) => v4 ? V4 : V6;

    private static int FirstEndingAtOrAfter(ImmutableArray<AddressRange> ranges, UInt128 value)
    {
        int low = 0;
        int high = ranges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (ranges[middle].Last < value)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private static ImmutableArray<AddressRange> Merge(List<AddressRange> ranges)
    {
        bool sorted = true;
        for (int at = 1; at < ranges.Count && sorted; at++)
        {
            sorted = ranges[at - 1].First <= ranges[at].First;
        }

        if (!sorted)
        {
            ranges.Sort(static (a, b) => a.First.CompareTo(b.First));
        }

        var merged = ImmutableArray.CreateBuilder<AddressRange>(ranges.Count);
        foreach (AddressRange range in ranges)
        {
            // Neighbours are joined as well: that is what makes the list of prefixes the shortest.
            if (merged.Count > 0 && (merged[^1].Last >= range.First || merged[^1].Last + 1 == range.First))
            {
                merged[^1] = merged[^1] with { Last = UInt128.Max(merged[^1].Last, range.Last) };
            }
            else
            {
                merged.Add(range);
            }
        }

        return merged.DrainToImmutable();
    }

    private static ImmutableArray<AddressRange> Intersect(ImmutableArray<AddressRange> left, ImmutableArray<AddressRange> right)
    {
        var common = ImmutableArray.CreateBuilder<AddressRange>();
        for (int l = 0, r = 0; l < left.Length && r < right.Length;)
        {
            UInt128 first = UInt128.Max(left[l].First, right[r].First);
            UInt128 last = UInt128.Min(left[l].Last, right[r].Last);
            if (first <= last)
            {
                common.Add(new AddressRange(first, last));
            }

            _ = left[l].Last < right[r].Last ? l++ : r++;
        }

        return common.DrainToImmutable();
    }

    private static ImmutableArray<AddressRange> Subtract(ImmutableArray<AddressRange> from, ImmutableArray<AddressRange> what)
    {
        var rest = ImmutableArray.CreateBuilder<AddressRange>();
        foreach (AddressRange range in from)
        {
            UInt128 first = range.First;
            bool used = false;
            for (int at = FirstEndingAtOrAfter(what, first); at < what.Length && what[at].First <= range.Last && !used; at++)
            {
                if (what[at].First > first)
                {
                    rest.Add(new AddressRange(first, what[at].First - 1));
                }

                used = what[at].Last >= range.Last;
                first = used ? first : what[at].Last + 1;
            }

            if (!used)
            {
                rest.Add(new AddressRange(first, range.Last));
            }
        }

        return rest.DrainToImmutable();
    }

    // A large set is gone through without a list of a million prefixes being kept.
    private IEnumerator<Prefix> Stream()
    {
        foreach ((ImmutableArray<AddressRange> ranges, bool v4) in new[] { (V4, true), (V6, false) })
        {
            var some = ImmutableArray.CreateBuilder<Prefix>();
            foreach (AddressRange range in ranges)
            {
                some.Clear();
                AddPrefixes([range], v4, some);
                for (int at = 0; at < some.Count; at++)
                {
                    yield return some[at];
                }
            }
        }
    }

    private static void AddPrefixes(ReadOnlySpan<AddressRange> ranges, bool v4, ImmutableArray<Prefix>.Builder prefixes)
    {
        foreach (AddressRange range in ranges)
        {
            UInt128 first = range.First;
            while (true)
            {
                // The largest block that starts here, by alignment, and does not reach past the end.
                int size = first == 0 ? 128 : (int)UInt128.TrailingZeroCount(first);
                while (size > 0 && (size == 128 ? range.Last != UInt128.MaxValue : range.Last - first < (UInt128.One << size) - 1))
                {
                    size--;
                }

                // A piece that is IPv6 by its range and IPv4 by its number holds no address of IPv6.
                var address = Address.FromValue(first);
                if (address.IsV4 == v4)
                {
                    prefixes.Add(new Prefix(address, (v4 ? 32 : 128) - size));
                }

                UInt128 last = size == 128 ? UInt128.MaxValue : first + ((UInt128.One << size) - 1);
                if (last >= range.Last)
                {
                    break;
                }

                first = last + 1;
            }
        }
    }

    private readonly record struct AddressRange(UInt128 First, UInt128 Last)
    {
        public AddressRange(Prefix prefix)
            : this(prefix.First.Value, prefix.Last.Value)
        {
        }
    }
}
