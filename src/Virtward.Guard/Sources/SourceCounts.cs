namespace Virtward.Guard.Sources;

/// <summary>What a source has done so far, for the status and the metrics.</summary>
public sealed record SourceCounts
{
    /// <summary>Lines handed on.</summary>
    public long Lines { get; init; }

    /// <summary>Bytes of these lines, line ends not counted.</summary>
    public long Bytes { get; init; }

    /// <summary>Lines skipped because they were too long, see <see cref="SourceOptions.MaxLine"/>.</summary>
    public long TooLong { get; init; }

    /// <summary>How often another file took a log's name.</summary>
    public long Rotations { get; init; }

    /// <summary>How often a file was cut off, or overwritten, under our hands.</summary>
    public long Truncations { get; init; }

    /// <summary>How often lines may have been missed, because the rest of a file was not to be found any more.</summary>
    public long Gaps { get; init; }

    /// <summary>Whether none of the files that it follows is there; they are read from their beginning when they come.</summary>
    public bool IsWaiting { get; init; }
}
