using System.Numerics;
using System.Runtime.CompilerServices;

namespace Virtward.Guard.Sources;

/// <summary>
/// Goes through a block of a log line by line, without copying. The last line of a block may be unfinished: it is
/// <see cref="Rest"/>, which the reader puts in front of the next block.
/// </summary>
public ref struct LineSplitter
{
    private const int ChunkLength = 64;

    private readonly ReadOnlySpan<byte> _block;
    private int _lineStart;

    // The newlines of the current chunk, one bit a byte, those of lines already taken cleared; and where the next chunk starts.
    private ulong _newlines;
    private int _next;

    /// <summary>Starts at the start of a block.</summary>
    /// <param name="block">Bytes of the log, starting at the start of a line.</param>
    public LineSplitter(ReadOnlySpan<byte> block) => _block = block;

    /// <summary>What is left: after the last whole line that was taken.</summary>
    public readonly ReadOnlySpan<byte> Rest => _block[_lineStart..];

    /// <summary>Takes the next whole line.</summary>
    /// <param name="line">The line without its newline.</param>
    /// <returns>Whether there was one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        while (_newlines == 0)
        {
            if (_next >= _block.Length)
            {
                line = default;
                return false;
            }

            ReadOnlySpan<byte> ahead = _block[_next..];
            _newlines = ahead.Length >= ChunkLength ? Newlines.Of(ahead, 0) : LastNewlines(ahead);
            _next += ChunkLength;
        }

        int end = _next - ChunkLength + BitOperations.TrailingZeroCount(_newlines);
        _newlines &= _newlines - 1;
        line = _block[_lineStart..end];
        _lineStart = end + 1;
        return true;
    }

    /// <summary>The newlines among the last bytes of a block, fewer than 64.</summary>
    private static ulong LastNewlines(ReadOnlySpan<byte> text)
    {
        ulong found = 0;
        for (int i = 0; i < text.Length; i++)
        {
            found |= text[i] == '\n' ? 1UL << i : 0;
        }

        return found;
    }
}
