using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Ipsets;

/// <summary>Networks inside networks, where the narrowest one that holds an address decides.</summary>
internal static class NestedNetworks
{
    /// <summary>What the networks hold where the narrowest around an address is no exception, as intervals in order.</summary>
    public static List<ValueRange> Without(IReadOnlyList<ValueRange> networks, IReadOnlyList<ValueRange> exceptions)
    {
        var all = new List<(ValueRange Range, bool In)>(networks.Count + exceptions.Count);
        all.AddRange(networks.Select(n => (n, true)));
        all.AddRange(exceptions.Select(n => (n, false)));
        all.Sort((a, b) => a.Range.First != b.Range.First ? a.Range.First.CompareTo(b.Range.First) : b.Range.Last.CompareTo(a.Range.Last));

        // Networks nest: those around the place of the sweep stand on a stack, the narrowest on top.
        var result = new List<ValueRange>();
        var open = new Stack<(ValueRange Range, bool In)>();
        UInt128 at = 0;
        foreach ((ValueRange Range, bool In) next in all)
        {
            Close(next.Range.First);
            if (open.Count > 0 && next.Range.First > at)
            {
                Emit(at, next.Range.First - 1);
            }

            at = next.Range.First;
            open.Push(next);
        }

        Close(null);
        return result;

        void Close(UInt128? before)
        {
            while (open.TryPeek(out (ValueRange Range, bool In) top) && (before is null || top.Range.Last < before))
            {
                if (at <= top.Range.Last)
                {
                    Emit(at, top.Range.Last);
                }

                open.Pop();
                if (top.Range.Last == UInt128.MaxValue)
                {
                    // Nothing lies after it: those around it end here too.
                    open.Clear();
                    return;
                }

                at = UInt128.Max(at, top.Range.Last + 1);
            }
        }

        void Emit(UInt128 first, UInt128 last)
        {
            if (!open.Peek().In)
            {
                return;
            }

            if (result.Count > 0 && result[^1].Last + 1 == first)
            {
                result[^1] = new ValueRange(result[^1].First, last);
            }
            else
            {
                result.Add(new ValueRange(first, last));
            }
        }
    }
}
