using System.Globalization;
using Virtward.Core.Host;
using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>A place in a file that is found again after a restart, a rotation, or both.</summary>
/// <param name="Identity">Which file it was.</param>
/// <param name="Offset">The end of the last complete line that was handed on, in bytes.</param>
/// <param name="Modified">When the file had changed last by then.</param>
/// <param name="Head">Its beginning; nothing where it was empty.</param>
/// <param name="Tail">The bytes right before <paramref name="Offset"/>.</param>
public sealed record FileMark(FileIdentity Identity, long Offset, UnixTime Modified, Fingerprint Head, Fingerprint Tail)
{
    private const int Parts = 9;
    private const int Finished = 1;
    private const int Ahead = 2;

    /// <summary>Whether nothing is left to read in the file beyond this place, as far as was seen.</summary>
    public bool IsFinished { get; init; }

    /// <summary>
    /// Whether older files may still be unread, because they have not been found yet. A restart then does not take them for read.
    /// </summary>
    public bool IsAhead { get; init; }

    /// <summary>The mark of a place in an open file.</summary>
    public static FileMark At(ILogFile file, LogFileState state, long offset)
    {
        int tail = (int)Math.Min(Fingerprint.TailSize, offset);
        return new FileMark(
            state.Identity,
            offset,
            state.Modified,
            Fingerprint.Read(file, 0, (int)Math.Min(Fingerprint.HeadSize, offset)),
            Fingerprint.Read(file, offset - tail, tail));
    }

    /// <summary>Whether a file holds the same content up to this place.</summary>
    public bool IsIn(ILogFile file) =>
        Fingerprint.Read(file, 0, Head.Length) == Head && Fingerprint.Read(file, Offset - Tail.Length, Tail.Length) == Tail;

    /// <summary>The mark as one word, which <see cref="TryParse"/> reads.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Identity.Device:x}:{Identity.Inode:x}:{Offset}:{Modified.Microseconds}:{Head.Length}:{Head.Hash:x}:{Tail.Length}:{Tail.Hash:x}:{(IsFinished ? Finished : 0) | (IsAhead ? Ahead : 0)}");

    /// <summary>Reads what <see cref="ToString"/> wrote; false for anything else, a damaged database included.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out FileMark mark)
    {
        mark = new FileMark(default, 0, UnixTime.None, default, default);
        Span<Range> parts = stackalloc Range[Parts + 1];
        if (text.Split(parts, ':') != Parts
            || !TryHex(text[parts[0]], out ulong device)
            || !TryHex(text[parts[1]], out ulong inode)
            || !TryNumber(text[parts[2]], out long offset) || offset < 0
            || !TryNumber(text[parts[3]], out long modified)
            || !TryNumber(text[parts[4]], out long head) || head is < 0 or > Fingerprint.HeadSize
            || !TryHex(text[parts[5]], out ulong headHash)
            || !TryNumber(text[parts[6]], out long tail) || tail != Math.Min(Fingerprint.TailSize, offset)
            || !TryHex(text[parts[7]], out ulong tailHash)
            || !TryNumber(text[parts[8]], out long flags))
        {
            return false;
        }

        mark = new FileMark(
            new FileIdentity(device, inode),
            offset,
            new UnixTime(modified),
            new Fingerprint((int)head, headHash),
            new Fingerprint((int)tail, tailHash))
        { IsFinished = (flags & Finished) != 0, IsAhead = (flags & Ahead) != 0 };
        return true;
    }

    private static bool TryHex(ReadOnlySpan<char> text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static bool TryNumber(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
