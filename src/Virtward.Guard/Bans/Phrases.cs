using System.Globalization;
using System.Text;

namespace Virtward.Guard.Bans;

/// <summary>The words that reasons are made of.</summary>
public static class Phrases
{
    /// <summary>The longest evidence, in characters.</summary>
    public const int MaxEvidence = 300;

    /// <summary>A number with its noun: "1 attacker", "7,168 addresses".</summary>
    /// <param name="count">The number; a fraction is cut off.</param>
    /// <param name="noun">The noun in the singular.</param>
    /// <param name="plural">The plural, where it takes more than an s.</param>
    public static string Count(double count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(count):N0} {(Math.Floor(count) == 1 ? noun : plural ?? noun + "s")}");

    /// <summary>A span of time in its largest fitting unit, rounded: "12 minutes"; "a second" at least.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1.5 } => "a second",
        { TotalSeconds: < 89.5 } => Count(Math.Round(span.TotalSeconds), "second"),
        { TotalMinutes: < 89.5 } => Count(Math.Round(span.TotalMinutes), "minute"),
        { TotalHours: < 47.5 } => Count(Math.Round(span.TotalHours), "hour"),
        _ => Count(Math.Round(span.TotalDays), "day"),
    };

    /// <summary>
    /// Hostile bytes as text that can be stored and shown: not longer than told, and whatever is no visible character (controls, escape
    /// sequences, text direction, broken UTF-8) as a question mark.
    /// </summary>
    public static string Printable(ReadOnlySpan<byte> bytes, int longest)
    {
        if (!bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, longest)]);
        }

        var text = new StringBuilder(Math.Min(bytes.Length, longest));
        Span<char> chars = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            _ = Rune.DecodeFromUtf8(bytes, out Rune rune, out int used);
            bytes = bytes[used..];
            bool hidden = rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            if (text.Length + rune.Utf16SequenceLength > longest)
            {
                break;
            }

            text.Append(hidden ? "?" : chars[..rune.EncodeToUtf16(chars)]);
        }

        return text.ToString();
    }
}
