using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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

    /// <summary>Takes over host and program where they are those of the last line.</summary>
    /// <param name="text">The line.</param>
    /// <param name="stampEnd">Where its stamp ends.</param>
    /// <param name="entry">Gets them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRecall(ReadOnlySpan<byte> text, int stampEnd, ref LogEntry entry)
    {
        if (_tagEnd == 0 || text.Length - stampEnd < Vector256<byte>.Count || ((Load(text, stampEnd) ^ _text) & _mask) != Vector256<byte>.Zero)
        {
            return false;
        }

        entry.HostPlace = (stampEnd + 1, stampEnd + _host);
        entry.Program = text[(stampEnd + _tag)..(stampEnd + _tagEnd)];
        entry.TagEnd = stampEnd + _tagEnd;
        entry.IsSameSender = true;
        return true;
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
    }

    /// <summary>The last line is one that nothing is remembered of.</summary>
    public void Forget() => _tagEnd = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Load(ReadOnlySpan<byte> text, int at) => Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at);
}
