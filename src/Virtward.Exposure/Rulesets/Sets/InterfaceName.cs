using System.Text;

namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>
/// Interface names as numbers: the kernel compares them as 16 bytes filled up with zeros (IFNAMSIZ, linux/if.h), and a name that ends in
/// <c>*</c> by the bytes before it, which makes it an interval.
/// </summary>
public static class InterfaceName
{
    /// <summary>The most characters of a name (IFNAMSIZ without the closing zero).</summary>
    public const int MaxLength = 15;

    /// <summary>The number of a name; characters past the fifteenth are ignored.</summary>
    public static UInt128 ToValue(string name) => Pack(name, 0);

    /// <summary>The values of a name or, where it ends in <c>*</c>, of every name that begins so.</summary>
    public static ValueRange ToRange(string pattern) => pattern.EndsWith('*')
        ? new ValueRange(Pack(pattern[..^1], 0), Pack(pattern[..^1], 0xff))
        : ValueRange.Single(Pack(pattern, 0));

    /// <summary>The name that a number stands for.</summary>
    public static string ToText(UInt128 value)
    {
        var text = new StringBuilder(MaxLength);
        for (int shift = 120; shift >= 0; shift -= 8)
        {
            byte letter = (byte)(value >> shift);
            if (letter == 0)
            {
                break;
            }

            text.Append((char)letter);
        }

        return text.ToString();
    }

    private static UInt128 Pack(string text, byte rest)
    {
        UInt128 value = 0;
        for (int at = 0; at < 16; at++)
        {
            // Names are bytes to the kernel; none that nft prints unquoted or quoted is outside Latin-1.
            value = (value << 8) | (at < Math.Min(text.Length, MaxLength) ? (byte)text[at] : rest);
        }

        return value;
    }
}
