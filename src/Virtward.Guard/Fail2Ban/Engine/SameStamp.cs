using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Dates;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// The stamp of the last line, kept so that the lines of one second need no expression to find theirs: a line that begins with the
/// same characters, some past the stamp's end among them, has the same stamp.
/// </summary>
public readonly struct SameStamp
{
    /// <summary>The longest that a default form looks past its end, as far as blanks go: " +01:00" or " 2026".</summary>
    private const int Beyond = 8;

    private readonly string? _text;

    private SameStamp(string text, int start, int length, UnixTime time)
    {
        _text = text;
        (Start, Length, Time) = (start, length, time);
    }

    /// <summary>Where the stamp begins.</summary>
    public int Start { get; }

    /// <summary>How long it is.</summary>
    public int Length { get; }

    /// <summary>What time it means.</summary>
    public UnixTime Time { get; }

    /// <summary>The stamp of a line; one that covers nothing where another line's might differ for more than its first characters.</summary>
    public static SameStamp Of(string line, in DateFound found, UnixTime time)
    {
        int end = found.Match.Index + found.Match.Length;
        if (!found.Template.IsDefault || !found.Template.AtLineBegin || end + Beyond > line.Length || line.AsSpan(end, Beyond).IsWhiteSpace())
        {
            return default;
        }

        var cut = found.Match.Groups[1];
        return new SameStamp(line[..(end + Beyond)], cut.Index, cut.Length, time);
    }

    /// <summary>Whether a line begins with this stamp.</summary>
    public bool Covers(string line) => _text is not null && line.StartsWith(_text, StringComparison.Ordinal);
}
