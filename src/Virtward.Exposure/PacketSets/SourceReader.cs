using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Exposure.PacketSets;

/// <summary>Sets of packets that hang on nothing but the source address, as sets of addresses, and back.</summary>
internal sealed class SourceReader(BddManager manager, Variables variables)
{
    private static readonly Prefix Mapped = new(Address.FromV4(0), 0);

    // From here on a set is made only when somebody looks at it.
    private const int Large = 1000;
    private const int MaxKnown = 512;

    private readonly Dictionary<(int Set, bool V6), PrefixSet> _known = [];
    private readonly RangeCounter _counter = new(manager);

    /// <summary>The addresses of a set; equal sets are one object, and large ones are made only when they are looked at.</summary>
    public PrefixSet Read(int set, bool v6)
    {
        if (set == BddManager.False)
        {
            return PrefixSet.Empty;
        }

        if (!_known.TryGetValue((set, v6), out PrefixSet? prefixes))
        {
            prefixes = _counter.Ranges(set) > Large ? PrefixSet.Deferred(() => Make(set, v6), new SourceNode(this, set, v6)) : Make(set, v6);
            if (_known.Count > MaxKnown)
            {
                _known.Clear();
            }

            _known[(set, v6)] = prefixes;
        }

        return prefixes;
    }

    /// <summary>How a set lies in a set of addresses of its family.</summary>
    public SourceShape Measure(int set, PrefixSet within, bool v6)
    {
        int whole = Write(within, v6);
        int inside = manager.And(set, whole);
        int outside = manager.Minus(whole, set);
        return new SourceShape(_counter.Ranges(inside), _counter.Ranges(outside), _counter.Share(inside), _counter.Share(outside));
    }

    private PrefixSet Make(int set, bool v6)
    {
        var found = new List<(Address First, Address Last)>((int)Math.Min(_counter.Ranges(set), 1 << 20));
        // What lies in IPv4's place among IPv6's numbers is no source: it may be in a larger prefix, and is none by itself.
        if (v6)
        {
            Collect(manager.Or(set, InMapped(variables.Source6)), 0, 0, true, found);
        }
        else
        {
            Walk(set, (first, last) => found.Add((first, last)));
        }

        return PrefixSet.OfRanges(found);
    }

    /// <summary>The packets from a set of addresses.</summary>
    public int Write(PrefixSet? prefixes, bool v6) => Write(v6 ? variables.Source6 : variables.Source4, prefixes, v6);

    /// <summary>The packets of which an address, which is made of variables of its own, lies in a set.</summary>
    public int Write(in BitValue address, PrefixSet? prefixes, bool v6)
    {
        var sets = new ValueSets(manager);
        int all = v6 ? BddManager.Not(InMapped(address)) : BddManager.True;
        if (prefixes is null)
        {
            return all;
        }

        List<Rulesets.Sets.ValueRange> ranges = [];
        foreach (Prefix prefix in prefixes)
        {
            if (prefix.IsV4 != v6)
            {
                ranges.Add(v6
                    ? new Rulesets.Sets.ValueRange(prefix.First.Value, prefix.Last.Value)
                    : new Rulesets.Sets.ValueRange(prefix.First.V4, prefix.Last.V4));
            }
        }

        return manager.And(all, sets.InAny(address, ValueSets.Normalise(ranges)));
    }

    private int InMapped(in BitValue address) => new ValueSets(manager).InRange(address, Mapped.First.Value, Mapped.Last.Value);

    /// <summary>The intervals of a set of IPv4 sources, in order.</summary>
    public void Walk(int set, Action<Address, Address> each)
    {
        (uint First, uint Last)? open = null;
        Walk(set, 0, 0, ref open, each);
        if (open is { } last)
        {
            each(Address.FromV4(last.First), Address.FromV4(last.Last));
        }
    }

    // The same as below for 32 bits, which is what large sets are of. What follows at once is joined.
    private void Walk(int set, int depth, uint start, ref (uint First, uint Last)? open, Action<Address, Address> each)
    {
        while (set > BddManager.False)
        {
            int variable = manager.VariableOf(set);
            if (variable > depth)
            {
                // Both halves are alike.
                Walk(set, depth + 1, start, ref open, each);
                start += 1u << (31 - depth);
                depth++;
                continue;
            }

            Walk(manager.LowOf(set), depth + 1, start, ref open, each);
            set = manager.HighOf(set);
            start += 1u << (31 - depth);
            depth++;
        }

        if (set == BddManager.False)
        {
            return;
        }

        uint end = depth == 0 ? uint.MaxValue : start + ((1u << (32 - depth)) - 1);
        if (open is { } before && before.Last + 1 == start && start != 0)
        {
            open = (before.First, end);
            return;
        }

        if (open is { } done)
        {
            each(Address.FromV4(done.First), Address.FromV4(done.Last));
        }

        open = (start, end);
    }

    private void Collect(int set, int depth, UInt128 start, bool v6, List<(Address First, Address Last)> found)
    {
        int width = v6 ? 128 : 32;
        if (set == BddManager.False)
        {
            return;
        }

        if (set == BddManager.True)
        {
            UInt128 end = depth == 0 && v6 ? UInt128.MaxValue : start + ((UInt128.One << (width - depth)) - 1);
            Address first = v6 ? Address.FromValue(start) : Address.FromV4((uint)start);
            Address last = v6 ? Address.FromValue(end) : Address.FromV4((uint)end);
            if (v6 && first.IsV4 && last.IsV4)
            {
                return;
            }

            // They come in order: what follows at once is joined.
            if (found.Count > 0 && found[^1].Last.Value + 1 == first.Value)
            {
                found[^1] = (found[^1].First, last);
            }
            else
            {
                found.Add((first, last));
            }

            return;
        }

        bool split = manager.VariableOf(set) == depth;
        Collect(split ? manager.LowOf(set) : set, depth + 1, start, v6, found);
        Collect(split ? manager.HighOf(set) : set, depth + 1, start + (UInt128.One << (width - 1 - depth)), v6, found);
    }
}
