using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Symbols;

/// <summary>Constants as a listing writes them: names, addresses, prefixes, ranges, wildcards, numbers in every form. Quotes are already gone.</summary>
public static class ValueText
{
    /// <summary>Reads one constant: a single value, a prefix (<c>10.0.0.0/8</c>), a range (<c>22-80</c>) or a name with a wildcard (<c>wg*</c>).</summary>
    /// <param name="type">How the field's values are written.</param>
    /// <param name="width">The field's bits; 0: the type's own.</param>
    /// <param name="text">The text.</param>
    /// <param name="range">What it stands for.</param>
    public static bool TryParse(DataType type, int width, ReadOnlySpan<char> text, out ValueRange range)
    {
        if (TrySingle(type, text, out UInt128 value))
        {
            range = ValueRange.Single(value);
            return true;
        }

        if (type is DataType.InterfaceName or DataType.Text or DataType.InterfaceIndex)
        {
            return TryName(text, out range);
        }

        range = default;
        int slash = text.LastIndexOf('/');
        if (slash > 0)
        {
            return TryPrefix(type, width, text[..slash], text[(slash + 1)..], out range);
        }

        // Names may hold a '-' themselves (echo-request): every one of them may be the range's.
        for (int dash = text.IndexOf('-'); dash > 0 && dash < text.Length - 1;)
        {
            if (TrySingle(type, text[..dash], out UInt128 first) && TrySingle(type, text[(dash + 1)..], out UInt128 last) && first <= last)
            {
                range = new ValueRange(first, last);
                return true;
            }

            int next = text[(dash + 1)..].IndexOf('-');
            dash = next < 0 ? -1 : dash + 1 + next;
        }

        return false;
    }

    /// <summary>Reads one value.</summary>
    public static bool TrySingle(DataType type, ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        switch (type)
        {
            case DataType.Ipv4Address:
                return TryIpv4(text, out value) || TryNumber(text, out value);
            case DataType.Ipv6Address:
                return TryIpv6(text, out value) || (!text.Contains(':') && TryNumber(text, out value));
            case DataType.EtherAddress:
                return TryEther(text, out value);
            case DataType.InterfaceName or DataType.Text:
                if (text[^1] == '*')
                {
                    return false;
                }

                value = InterfaceName.ToValue(text.ToString());
                return text.Length <= InterfaceName.MaxLength;
            case DataType.InterfaceIndex:
                return TryNumber(text, out value) || TrySingle(DataType.InterfaceName, text, out value);
            case DataType.CtLabel:
                return text is not ['0', 'x', ..] && TryNumber(text, out UInt128 bit) && bit < 128
                    ? (value = UInt128.One << (int)bit) != 0
                    : TryNumber(text, out value);
            case DataType.ClassId:
                return SymbolTable.TryGet(type, text, out value) || TryClassId(text, out value) || TryNumber(text, out value);
            case DataType.Time:
                return TryTime(text, out value) || TryNumber(text, out value);
            case DataType.Hour:
                return TryHour(text, out value) || TryNumber(text, out value);
            case DataType.Duration:
                return TryDuration(text, out value) || TryNumber(text, out value);
            default:
                return SymbolTable.TryGet(type, text, out value) || TryNumber(text, out value);
        }
    }

    /// <summary>Reads a number: decimal, or hexadecimal after <c>0x</c>.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        if (text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x')
        {
            return text.Length <= 34 && UInt128.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
        }

        if (text.Length is 0 or > 39)
        {
            return false;
        }

        if (text.Length > 18)
        {
            return UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        }

        ulong small = 0;
        foreach (char c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                return false;
            }

            small = (small * 10) + (uint)(c - '0');
        }

        value = small;
        return true;
    }

    /// <summary>Reads a duration such as <c>1d2h3m4s500ms</c> in whole seconds, rounded up.</summary>
    public static bool TryDuration(ReadOnlySpan<char> text, out UInt128 seconds)
    {
        seconds = 0;
        ulong milliseconds = 0;
        if (text.IsEmpty)
        {
            return false;
        }

        while (!text.IsEmpty)
        {
            int digits = 0;
            while (digits < text.Length && char.IsAsciiDigit(text[digits]))
            {
                digits++;
            }

            if (digits is 0 or > 12 || !ulong.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out ulong amount))
            {
                return false;
            }

            text = text[digits..];
            int letters = 0;
            while (letters < text.Length && char.IsAsciiLetter(text[letters]))
            {
                letters++;
            }

            ulong unit = text[..letters] switch
            {
                "w" => 604_800_000,
                "d" => 86_400_000,
                "h" => 3_600_000,
                "m" => 60_000,
                "s" => 1000,
                "ms" => 1,
                _ => 0,
            };
            if (unit == 0 || amount > long.MaxValue / unit / 8)
            {
                return false;
            }

            milliseconds += amount * unit;
            text = text[letters..];
        }

        seconds = (milliseconds + 999) / 1000;
        return true;
    }

    /// <summary>Reads a dotted IPv4 address.</summary>
    public static bool TryIpv4(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        uint address = 0;
        uint octet = 0;
        int digits = 0;
        int dots = 0;
        foreach (char c in text)
        {
            if (char.IsAsciiDigit(c) && digits < 3)
            {
                octet = (octet * 10) + (uint)(c - '0');
                digits++;
            }
            else if (c == '.' && digits > 0 && dots < 3 && octet < 256)
            {
                address = (address << 8) | octet;
                octet = 0;
                digits = 0;
                dots++;
            }
            else
            {
                return false;
            }
        }

        value = (address << 8) | octet;
        return dots == 3 && digits > 0 && octet < 256;
    }

    /// <summary>Reads an IPv6 address; an IPv4-mapped one is its 128 bits.</summary>
    public static bool TryIpv6(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        Span<byte> utf8 = stackalloc byte[Address.MaxTextLength + 8];
        if (text.Length > Address.MaxTextLength + 6 || !text.Contains(':') || !Encoding.UTF8.TryGetBytes(text, utf8, out int written)
            || !Address.TryParse(utf8[..written], out Address address))
        {
            return false;
        }

        value = address.Value;
        return true;
    }

    /// <summary>The prefix's interval.</summary>
    /// <param name="value">Any address in it.</param>
    /// <param name="length">Its bits.</param>
    /// <param name="width">The bits of an address.</param>
    public static ValueRange Prefix(UInt128 value, int length, int width)
    {
        UInt128 host = width - length >= 128 ? UInt128.MaxValue : (UInt128.One << (width - length)) - 1;
        return new ValueRange(value & ~host, value | host);
    }

    private static bool TryPrefix(DataType type, int width, ReadOnlySpan<char> address, ReadOnlySpan<char> length, out ValueRange range)
    {
        range = default;
        int bits = SymbolTable.WidthOf(type) is > 0 and int own ? own : width;
        if (!TryNumber(length, out UInt128 mask) || mask > (uint)bits || !TrySingle(type, address, out UInt128 value))
        {
            return false;
        }

        range = Prefix(value, (int)mask, bits);
        return true;
    }

    private static bool TryName(ReadOnlySpan<char> text, out ValueRange range)
    {
        range = default;
        if (text.IsEmpty || text.Length > InterfaceName.MaxLength + 2)
        {
            return false;
        }

        // "wg\*" is the name with a star of its own.
        range = text.EndsWith("\\*", StringComparison.Ordinal)
            ? ValueRange.Single(InterfaceName.ToValue($"{text[..^2]}*"))
            : InterfaceName.ToRange(text.ToString());
        return true;
    }

    private static bool TryEther(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        if (text.Length != 17)
        {
            return false;
        }

        ulong address = 0;
        for (int at = 0; at < 17; at += 3)
        {
            if (!byte.TryParse(text.Slice(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte octet)
                || (at < 15 && text[at + 2] != ':'))
            {
                return false;
            }

            address = (address << 8) | octet;
        }

        value = address;
        return true;
    }

    private static bool TryClassId(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        int colon = text.IndexOf(':');
        if (colon < 0)
        {
            return false;
        }

        ushort minor = 0;
        ushort major = 0;
        bool good = (colon == 0 || ushort.TryParse(text[..colon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out major))
            && (colon == text.Length - 1 || ushort.TryParse(text[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out minor));
        value = ((uint)major << 16) | minor;
        return good;
    }

    private static bool TryHour(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        bool good = TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out TimeOnly time)
            || TimeOnly.TryParseExact(text, "HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
        value = good ? (uint)time.ToTimeSpan().TotalSeconds : 0;
        return good;
    }

    private static bool TryTime(ReadOnlySpan<char> text, out UInt128 value)
    {
        value = 0;
        bool good = false;
        DateTime time = default;
        foreach (string format in (ReadOnlySpan<string>)["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"])
        {
            good = good || DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
        }

        if (!good || time < DateTime.UnixEpoch)
        {
            return false;
        }

        value = (ulong)(time - DateTime.UnixEpoch).TotalSeconds;
        return true;
    }
}
