using System.Buffers;
using System.Globalization;

namespace Virtward.Guard.Sources;

/// <summary>
/// The name of a rotated log, as logrotate(8) and others make it: <c>auth.log.1</c>, <c>auth.log-20261121.gz</c>, <c>app-2026-11-21.log</c>.
/// </summary>
/// <param name="Number">How many rotations ago, where it is a number of at most four digits; -1 for a date.</param>
/// <param name="Label">The digits and separators of the number or date.</param>
/// <param name="IsCompressed">Whether it ends in <c>.gz</c>.</param>
public readonly record struct RotatedName(int Number, string Label, bool IsCompressed)
{
    private const int LongestNumber = 4;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789.-_:TZ");

    /// <summary>Whether a name is that of a rotated file of a log.</summary>
    /// <param name="log">The log's own name.</param>
    /// <param name="name">The other name, in the same directory.</param>
    /// <param name="rotated">What it says.</param>
    public static bool TryParse(ReadOnlySpan<char> log, ReadOnlySpan<char> name, out RotatedName rotated)
    {
        rotated = default;
        bool compressed = name.EndsWith(".gz", StringComparison.Ordinal);
        ReadOnlySpan<char> rest = compressed ? name[..^3] : name;
        int extension = log.LastIndexOf('.');
        if (rest.StartsWith(log, StringComparison.Ordinal) && rest.Length > log.Length)
        {
            rest = rest[log.Length..];
        }
        else if (extension > 0
            && rest.Length > log.Length
            && rest.StartsWith(log[..extension], StringComparison.Ordinal)
            && rest.EndsWith(log[extension..], StringComparison.Ordinal))
        {
            rest = rest[extension..^(log.Length - extension)];
        }
        else
        {
            return false;
        }

        if (rest.Length < 2 || rest[0] is not ('.' or '-' or '_') || !char.IsAsciiDigit(rest[1]) || rest.ContainsAnyExcept(Allowed))
        {
            return false;
        }

        rest = rest[1..];
        bool isNumber = rest.Length <= LongestNumber && int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out _);
        rotated = new RotatedName(isNumber ? int.Parse(rest, CultureInfo.InvariantCulture) : -1, rest.ToString(), compressed);
        return true;
    }

    /// <summary>Whether it has a number, and no date.</summary>
    public bool IsNumbered => Number >= 0;

    /// <summary>Orders two rotated files of one log by age, the older first: the higher number, the smaller date.</summary>
    public int CompareAge(RotatedName other) =>
        IsNumbered != other.IsNumbered ? (IsNumbered ? -1 : 1)
        : IsNumbered ? other.Number.CompareTo(Number)
        : string.CompareOrdinal(Label, other.Label);
}
