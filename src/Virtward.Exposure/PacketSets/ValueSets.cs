using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.PacketSets;

/// <summary>Comparing values with numbers, intervals and each other: which packets does it hold for?</summary>
internal sealed class ValueSets(BddManager manager)
{
    /// <summary>The packets whose value is the number.</summary>
    public int Equal(in BitValue value, UInt128 number)
    {
        if (value.IsNumber)
        {
            return value.Number == number ? BddManager.True : BddManager.False;
        }

        if (value.Width < 128 && number >> value.Width != 0)
        {
            return BddManager.False;
        }

        int set = BddManager.True;
        for (int index = value.Width - 1; index >= 0 && set != BddManager.False; index--)
        {
            int bit = value.Bits![index];
            set = (number >> (value.Width - 1 - index) & 1) != 0
                ? manager.IfThenElse(bit, set, BddManager.False)
                : manager.IfThenElse(bit, BddManager.False, set);
        }

        return set;
    }

    /// <summary>The packets whose two values are the same.</summary>
    public int Equal(in BitValue left, in BitValue right)
    {
        if (right.IsNumber)
        {
            return Equal(left, right.Number);
        }

        if (left.IsNumber)
        {
            return Equal(right, left.Number);
        }

        int width = Math.Max(left.Width, right.Width);
        BitValue a = left.Resize(width);
        BitValue b = right.Resize(width);
        int set = BddManager.True;
        for (int index = width - 1; index >= 0 && set != BddManager.False; index--)
        {
            set = manager.Minus(set, manager.Xor(a.Bit(index), b.Bit(index)));
        }

        return set;
    }

    /// <summary>The packets whose value lies in the interval.</summary>
    public int InRange(in BitValue value, UInt128 first, UInt128 last)
    {
        if (value.IsNumber)
        {
            return first <= value.Number && value.Number <= last ? BddManager.True : BddManager.False;
        }

        if (first == last)
        {
            return Equal(value, first);
        }

        ReadOnlySpan<ValueRange> one = [new ValueRange(first, last)];
        return InAny(value, one);
    }

    /// <summary>The packets whose value lies in one of the intervals, which are sorted and do not overlap. Linear in their number.</summary>
    public int InAny(in BitValue value, ReadOnlySpan<ValueRange> ranges)
    {
        if (value.IsNumber)
        {
            return Find(ranges, value.Number) >= 0 ? BddManager.True : BddManager.False;
        }

        return Build(value.Bits!, 0, 0, ranges);
    }

    /// <summary>The packets of which any of the mask's bits is 1.</summary>
    public int AnyBit(in BitValue value, UInt128 mask)
    {
        if (value.IsNumber)
        {
            return (value.Number & mask) != 0 ? BddManager.True : BddManager.False;
        }

        int set = BddManager.False;
        for (int index = value.Width - 1; index >= 0; index--)
        {
            if ((mask >> (value.Width - 1 - index) & 1) != 0)
            {
                set = manager.Or(set, value.Bits![index]);
            }
        }

        return set;
    }

    /// <summary>The value that is the first for the packets of the condition, the second for the others.</summary>
    public BitValue Choose(int condition, in BitValue then, in BitValue otherwise)
    {
        if (condition == BddManager.True || then.SameAs(otherwise))
        {
            return then;
        }

        if (condition == BddManager.False)
        {
            return otherwise;
        }

        int width = Math.Max(then.Width, otherwise.Width);
        BitValue a = then.Resize(width);
        BitValue b = otherwise.Resize(width);
        var bits = new int[width];
        for (int index = 0; index < width; index++)
        {
            bits[index] = manager.IfThenElse(condition, a.Bit(index), b.Bit(index));
        }

        return BitValue.Of(bits);
    }

    /// <summary>The values that a set allows a field which is made of variables of its own; the set hangs on nothing else.</summary>
    /// <param name="field">The field.</param>
    /// <param name="set">The set.</param>
    /// <returns>Intervals in order, which may touch.</returns>
    public List<ValueRange> Read(in BitValue field, int set)
    {
        var found = new List<ValueRange>();
        Collect(field, set, 0, 0, found);
        return found;
    }

    private void Collect(in BitValue field, int set, int depth, UInt128 start, List<ValueRange> found)
    {
        int below = field.Width - depth;
        if (set == BddManager.True)
        {
            found.Add(new ValueRange(start, start + (UInt128.One << below) - 1));
        }
        else if (set != BddManager.False)
        {
            bool split = manager.VariableOf(set) == manager.VariableOf(field.Bit(depth));
            Collect(field, split ? manager.LowOf(set) : set, depth + 1, start, found);
            Collect(field, split ? manager.HighOf(set) : set, depth + 1, start + (UInt128.One << (below - 1)), found);
        }
    }

    /// <summary>The place of the interval that holds the number, among sorted ones; negative: none does.</summary>
    public static int Find(ReadOnlySpan<ValueRange> ranges, UInt128 number)
    {
        int low = 0;
        int high = ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (ranges[middle].Last < number)
            {
                low = middle + 1;
            }
            else if (ranges[middle].First > number)
            {
                high = middle - 1;
            }
            else
            {
                return middle;
            }
        }

        return -1;
    }

    /// <summary>Sorts intervals and joins those that overlap or touch.</summary>
    public static ValueRange[] Normalise(List<ValueRange> ranges)
    {
        ranges.Sort(static (a, b) => a.First.CompareTo(b.First));
        int count = 0;
        for (int at = 0; at < ranges.Count; at++)
        {
            ValueRange range = ranges[at];
            if (count > 0 && (ranges[count - 1].Last >= range.First || ranges[count - 1].Last + 1 == range.First))
            {
                ranges[count - 1] = ranges[count - 1] with { Last = UInt128.Max(ranges[count - 1].Last, range.Last) };
            }
            else
            {
                ranges[count++] = range;
            }
        }

        return ranges.GetRange(0, count).ToArray();
    }

    private int Build(int[] bits, int depth, UInt128 start, ReadOnlySpan<ValueRange> ranges)
    {
        if (ranges.IsEmpty)
        {
            return BddManager.False;
        }

        int rest = bits.Length - depth;
        UInt128 end = rest == 128 ? UInt128.MaxValue : start + ((UInt128.One << rest) - 1);
        if (ranges.Length == 1)
        {
            if (ranges[0].First <= start && ranges[0].Last >= end)
            {
                return BddManager.True;
            }

            if (ranges[0].IsSingle)
            {
                return Single(bits, depth, ranges[0].First);
            }
        }

        UInt128 middle = start + (UInt128.One << (rest - 1));
        int upper = FirstAtOrAfter(ranges, middle);
        int lower = upper > 0 && ranges[upper - 1].Last >= middle ? upper - 1 : upper;
        int bit = bits[depth];
        int low = bit == BddManager.True ? BddManager.False : Build(bits, depth + 1, start, ranges[..upper]);
        int high = bit == BddManager.False ? BddManager.False : Build(bits, depth + 1, middle, ranges[lower..]);
        return bit == BddManager.True ? high : bit == BddManager.False ? low : manager.IfThenElse(bit, high, low);
    }

    private int Single(int[] bits, int depth, UInt128 number)
    {
        int set = BddManager.True;
        for (int index = bits.Length - 1; index >= depth && set != BddManager.False; index--)
        {
            set = (number >> (bits.Length - 1 - index) & 1) != 0
                ? manager.IfThenElse(bits[index], set, BddManager.False)
                : manager.IfThenElse(bits[index], BddManager.False, set);
        }

        return set;
    }

    private static int FirstAtOrAfter(ReadOnlySpan<ValueRange> ranges, UInt128 number)
    {
        int low = 0;
        int high = ranges.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (ranges[middle].First < number)
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
}
