using System.Globalization;

namespace Virtward.Exposure.Facts.Network;

/// <summary>
/// Names that iproute2 prints in place of numbers: routing tables and interface groups. A name that no file explains gets a number
/// below zero of its own, the same wherever it stands: which table it is remains told apart.
/// </summary>
internal sealed class NumberedNames
{
    private readonly Dictionary<string, int> _numbers;
    private int _unknown = int.MinValue;

    private NumberedNames(Dictionary<string, int> numbers) => _numbers = numbers;

    /// <summary>Reads lines of <c>NUMBER NAME</c>; comments and everything else are passed over.</summary>
    /// <param name="text">The text of rt_tables or group; null: there is none.</param>
    /// <param name="known">What needs no file.</param>
    public static NumberedNames Read(string? text, params ReadOnlySpan<(string Name, int Number)> known)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        foreach ((string name, int number) in known)
        {
            numbers[name] = number;
        }

        foreach (string line in (text ?? "").Split('\n'))
        {
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && TryNumber(words[0], out int number))
            {
                numbers[words[1]] = number;
            }
        }

        return new NumberedNames(numbers);
    }

    /// <summary>The number of what was printed: a number, or a name.</summary>
    public int Number(string text)
    {
        if (TryNumber(text, out int number) || _numbers.TryGetValue(text, out number))
        {
            return number;
        }

        return _numbers[text] = _unknown++;
    }

    // Tables have 32 bits without a sign.
    private static bool TryNumber(string text, out int number)
    {
        bool hexadecimal = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool read = uint.TryParse(
            hexadecimal ? text.AsSpan(2) : text,
            hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture,
            out uint value);
        number = unchecked((int)value);
        return read;
    }
}
