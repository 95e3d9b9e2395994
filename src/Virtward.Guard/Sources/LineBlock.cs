using Virtward.Core.Time;

namespace Virtward.Guard.Sources;

/// <summary>
/// Whole lines of a file, one after the other as they stand there: for whoever can tell which of them matter without going through all. It
/// lives on the source's buffer.
/// </summary>
public readonly ref struct LineBlock
{
    /// <summary>The lines, at least one, each with its newline; the first byte is the start of a line.</summary>
    public required ReadOnlySpan<byte> Text { get; init; }

    /// <summary>How many lines there are.</summary>
    public required int Lines { get; init; }

    /// <summary>No line is longer than this, in bytes without its newline.</summary>
    public required int LongestLine { get; init; }

    /// <summary>When they were received, see <see cref="LogLine.Received"/>.</summary>
    public UnixTime Received { get; init; }
}
