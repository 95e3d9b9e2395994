namespace Virtward.Guard.Sources;

/// <summary>
/// Goes through a block of a log line by line, without copying. The last line of a block may be unfinished: it is
/// <see cref="Rest"/>, which the reader puts in front of the next block.
/// </summary>
/// <param name="block">Bytes of the log, starting at the start of a line.</param>
public ref struct LineSplitter(ReadOnlySpan<byte> block)
{
    /// <summary>What is left: after the last whole line, the unfinished one.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = block;

    /// <summary>Takes the next whole line.</summary>
    /// <param name="line">The line without its newline.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryNext(out ReadOnlySpan<byte> line)
    {
        int end = Rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = default;
            return false;
        }

        line = Rest[..end];
        Rest = Rest[(end + 1)..];
        return true;
    }
}
