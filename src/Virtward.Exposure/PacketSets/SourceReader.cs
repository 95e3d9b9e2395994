using Virtward.Core.Net;

namespace Virtward.Exposure.PacketSets;

/// <summary>Sets of packets that hang on nothing but the source address, as sets of addresses, and back.</summary>
internal sealed class SourceReader(BddManager manager, Variables variables)
{
    private static readonly Prefix Mapped = new(Address.FromV4(0), 0);

    private readonly Dictionary<(int Set, bool V6), PrefixSet> _known = [];

    /// <summary>The addresses of a set.</summary>
    public PrefixSet Read(int set, bool v6)
    {
        if (set == BddManager.False)
        {
            return PrefixSet.Empty;
        }

        if (!_known.TryGetValue((set, v6), out PrefixSet? prefixes))
        {
            var found = new List<(Address First, Address Last)>();
            // What lies in IPv4's place among IPv6's numbers is no source: it may be in a larger prefix, and is none by itself.
            Collect(v6 ? manager.Or(set, InMapped()) : set, 0, 0, v6, found);
            prefixes = PrefixSet.OfRanges(found);
            if (_known.Count > 64)
            {
                _known.Clear();
            }

            _known[(set, v6)] = prefixes;
        }

        return prefixes;
    }

    /// <summary>The packets from a set of addresses.</summary>
    public int Write(PrefixSet? prefixes, bool v6)
    {
        BitValue source = v6 ? variables.Source6 : variables.Source4;
        var sets = new ValueSets(manager);
        int all = v6 ? BddManager.Not(InMapped()) : BddManager.True;
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

        return manager.And(all, sets.InAny(source, ValueSets.Normalise(ranges)));
    }

    private int InMapped() => new ValueSets(manager).InRange(variables.Source6, Mapped.First.Value, Mapped.Last.Value);

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
