namespace Virtward.Guard.Sources;

/// <summary>What is known of a rotated file.</summary>
public enum SiblingStanding
{
    /// <summary>Nothing: we have never read it.</summary>
    Unknown,

    /// <summary>It is open, or has been read to a place that is known.</summary>
    Known,

    /// <summary>It is a copy of the file that has the log's name now.</summary>
    CopyOfCurrent,

    /// <summary>It is compressed and cannot be unpacked, because it is still being written or is damaged.</summary>
    Unfinished,

    /// <summary>It cannot be opened.</summary>
    Unreadable,
}
