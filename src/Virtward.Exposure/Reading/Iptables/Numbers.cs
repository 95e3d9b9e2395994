using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Numbers as iptables-save writes them.</summary>
internal static class Numbers
{
    /// <summary>Reads a decimal or hexadecimal number up to a highest value.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, ulong highest, out ulong value)
    {
        bool ok = ValueText.TryNumber(text, out UInt128 wide) && wide <= highest;
        value = ok ? (ulong)wide : 0;
        return ok;
    }

    /// <summary>Reads <c>5</c>, <c>5:9</c>, <c>:9</c> or <c>5:</c>; with a <c>-</c> between where that is how the option writes it.</summary>
    public static bool TryRange(ReadOnlySpan<char> text, ulong highest, out ValueRange range, char between = ':')
    {
        range = default;
        int at = text.IndexOf(between);
        if (at < 0)
        {
            bool single = TryRead(text, highest, out ulong value);
            range = ValueRange.Single(value);
            return single;
        }

        ulong first = 0;
        ulong last = highest;
        if ((at > 0 && !TryRead(text[..at], highest, out first)) || (at < text.Length - 1 && !TryRead(text[(at + 1)..], highest, out last))
            || first > last)
        {
            return false;
        }

        range = new ValueRange(first, last);
        return true;
    }

    /// <summary>Reads one port or a range of them; names as nft knows them.</summary>
    public static bool TryPorts(ReadOnlySpan<char> text, out ValueRange range)
    {
        if (TryRange(text, ushort.MaxValue, out range))
        {
            return true;
        }

        bool known = ValueText.TrySingle(DataType.InetService, text, out UInt128 value) && value <= ushort.MaxValue;
        range = ValueRange.Single(value);
        return known;
    }

    /// <summary>Reads <c>1,5:9</c>: numbers and ranges, or names of a type.</summary>
    public static bool TryList(string text, ulong highest, DataType names, List<ValueRange> ranges)
    {
        foreach (System.Range part in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> item = text.AsSpan(part);
            if (!TryRange(item, highest, out ValueRange range))
            {
                if (!SymbolTable.TryGet(names, item.ToString().ToLowerInvariant(), out UInt128 value))
                {
                    return false;
                }

                range = ValueRange.Single(value);
            }

            ranges.Add(range);
        }

        return ranges.Count > 0;
    }

    /// <summary>Reads a value with an optional mask, <c>0x1/0xff</c>; without one the mask is full.</summary>
    public static bool TryMasked(ReadOnlySpan<char> text, ulong highest, out ulong value, out ulong mask)
    {
        mask = highest;
        int slash = text.IndexOf('/');
        return slash < 0
            ? TryRead(text, highest, out value)
            : TryRead(text[..slash], highest, out value) & TryRead(text[(slash + 1)..], highest, out mask);
    }

    /// <summary>Reads a rate such as <c>3/min</c> or <c>512kb/s</c>.</summary>
    public static bool TryRate(ReadOnlySpan<char> text, out ulong rate, out long seconds, out bool bytes)
    {
        (rate, seconds, bytes) = (0, 0, false);
        int slash = text.IndexOf('/');
        ReadOnlySpan<char> amount = slash < 0 ? text : text[..slash];
        ReadOnlySpan<char> unit = slash < 0 ? "sec" : text[(slash + 1)..];
        seconds = unit.IsEmpty ? 0
            : "second".AsSpan().StartsWith(unit, StringComparison.OrdinalIgnoreCase) ? 1
            : "minute".AsSpan().StartsWith(unit, StringComparison.OrdinalIgnoreCase) ? 60
            : "hour".AsSpan().StartsWith(unit, StringComparison.OrdinalIgnoreCase) ? 3600
            : "day".AsSpan().StartsWith(unit, StringComparison.OrdinalIgnoreCase) ? 86400 : 0;
        ulong factor = 1;
        if (amount.EndsWith("b", StringComparison.OrdinalIgnoreCase))
        {
            bytes = true;
            amount = amount[..^1];
            char scale = amount.IsEmpty ? ' ' : amount[^1];
            factor = scale switch { 'k' => 1024, 'm' => 1024 * 1024, _ => 1 };
            amount = factor > 1 ? amount[..^1] : amount;
        }

        bool ok = seconds > 0 && TryRead(amount, ulong.MaxValue / (1024 * 1024), out rate);
        rate *= factor;
        return ok;
    }
}
