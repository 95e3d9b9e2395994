using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Virtward.Core.Time;

namespace Virtward.Guard.Filters.Headers;

/// <summary>
/// Who wrote the last line: <c> host program[</c> as it stood there after the stamp. Most lines that matter come from one program of one host,
/// and one compare then stands for looking for the ends of both and for looking the program up.
/// </summary>
public sealed class SenderMemory
{
    private Vector256<byte> _text;
    private Vector256<byte> _mask;

    // Where the host ends and the tag starts and ends, from the stamp's end on; 0: nothing is remembered.
    private int _host;
    private int _tag;
    private int _tagEnd;
    private ulong _hostHash;

    /// <summary>Takes over host and program where they are those of the last line.</summary>
    /// <param name="text">The line.</param>
    /// <param name="stampEnd">Where its stamp ends.</param>
    /// <param name="entry">Gets them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRecall(ReadOnlySpan<byte> text, int stampEnd, ref LogEntry entry)
    {
        if (!IsSame(text, stampEnd))
        {
            return false;
        }

        TakeOver(text, stampEnd, ref entry);
        entry.TagEnd = stampEnd + _tagEnd;
        return true;
    }

    /// <summary>
    /// Takes over all of a header that is the last one but for its stamp and process id: <c>Mmm dd hh:mm:ss host program[pid]: message</c>,
    /// which nearly all lines of interest have. Everything else is left to <see cref="HeaderReader"/>.
    /// </summary>
    /// <param name="text">A line of a file.</param>
    /// <param name="received">When it was received.</param>
    /// <param name="entry">Complete, where it is such a line.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRecallAll(ReadOnlySpan<byte> text, UnixTime received, out LogEntry entry)
    {
        entry = default;
        int tagEnd = StampReader.ClassicLength + _tagEnd;
        int digits = tagEnd + 1;

        // Room for a process id, "]: " and a byte of the message; what ends with a space or a return has to be cut first, and a <pri> is looked for.
        if (text.Length < digits + Vector128<byte>.Count || text[0] == '<' || text[^1] <= (byte)' '
            || !StampReader.IsClassic(text) || !IsSame(text, StampReader.ClassicLength) || text[tagEnd] != '[')
        {
            return false;
        }

        int end = digits + Digits.AtStart(text.Slice(digits, Vector128<byte>.Count));
        if (end - digits > HeaderReader.LongestProcessId || text.Length - end < sizeof(uint))
        {
            return false;
        }

        // "]: " and then neither a space nor what may be "message repeated".
        uint then = BinaryPrimitives.ReadUInt32LittleEndian(text[end..]);
        if (((then & 0x00FF_FFFF) != 0x0020_3A5D) | (then >> 24 == ' ') | (then >> 24 == 'm'))
        {
            return false;
        }

        TakeOver(text, StampReader.ClassicLength, ref entry);
        entry.Text = text;
        entry.Message = text[(end + 3)..];
        entry.Received = received;
        entry.StampPlace = (0, StampReader.ClassicLength);
        entry.ProcessPlace = (digits, end);
        entry.Repeats = 1;
        entry.HasHeader = true;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsSame(ReadOnlySpan<byte> text, int stampEnd) =>
        _tagEnd != 0 && text.Length - stampEnd >= Vector256<byte>.Count && ((Load(text, stampEnd) ^ _text) & _mask) == Vector256<byte>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TakeOver(ReadOnlySpan<byte> text, int stampEnd, ref LogEntry entry)
    {
        entry.HostPlace = (stampEnd + 1, stampEnd + _host);
        entry.Program = text[(stampEnd + _tag)..(stampEnd + _tagEnd)];
        entry.KnownHostHash = _hostHash;
        entry.IsSameSender = true;
    }

    /// <summary>Notes host and program of a line that has been read and has both, if they are short enough.</summary>
    /// <param name="text">The line.</param>
    /// <param name="stampEnd">Where its stamp ends.</param>
    /// <param name="entry">Has them.</param>
    public void Keep(ReadOnlySpan<byte> text, int stampEnd, in LogEntry entry)
    {
        // With the byte after the tag, which is what ends it.
        int length = entry.TagEnd + 1 - stampEnd;
        if (length > Vector256<byte>.Count || text.Length - stampEnd < Vector256<byte>.Count)
        {
            return;
        }

        _mask = Vector256.LessThan(Vector256<byte>.Indices, Vector256.Create((byte)length));
        _text = Load(text, stampEnd) & _mask;
        _host = entry.HostPlace.End - stampEnd;
        _tag = entry.TagEnd - entry.Program.Length - stampEnd;
        _tagEnd = entry.TagEnd - stampEnd;
        _hostHash = HostHash.Of(entry.Host);
    }

    /// <summary>The last line is one that nothing is remembered of.</summary>
    public void Forget() => _tagEnd = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Load(ReadOnlySpan<byte> text, int at) => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at);
}
