using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Dates;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// The stamp of the last line, kept so that the lines of one second need no expression to find theirs: a line that begins with the
/// same bytes, some past the stamp's end among them, has the same stamp.
/// </summary>
public sealed class SameStamp
{
    /// <summary>The longest that a default form looks past its end, as far as blanks go: " +01:00" or " 2026".</summary>
    private const int Beyond = 8;

    private readonly byte[] _text = new byte[96];
    private int _length;

    /// <summary>Where the stamp begins.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    /// <summary>What time it means.</summary>
    public UnixTime Time { get; private set; }

    /// <summary>Forgets the stamp.</summary>
    public void Clear() => _length = 0;

    /// <summary>Keeps a line's stamp, unless another line's might differ for more than its first bytes.</summary>
    public void Keep(ReadOnlySpan<byte> line, in DateFound found, UnixTime time)
    {
        int end = found.Match.Index + found.Match.Length;
        if (!found.Template.IsDefault
            || !found.Template.AtLineBegin
            || end + Beyond > Math.Min(line.Length, _text.Length)
            || !System.Text.Ascii.IsValid(line[..(end + Beyond)])
            || line.Slice(end, Beyond).IndexOfAnyExcept((byte)' ', (byte)'\t') < 0)
        {
            return;
        }

        _length = end + Beyond;
        line[.._length].CopyTo(_text);
        var cut = found.Match.Groups[1];
        (Start, End, Time) = (cut.Index, cut.Index + cut.Length, time);
    }

    /// <summary>Whether a line begins with this stamp.</summary>
    public bool Covers(ReadOnlySpan<byte> line) => _length > 0 && line.StartsWith(_text.AsSpan(0, _length));
}
