namespace Virtward.Guard.Sources;

/// <summary>How reading an open file ended.</summary>
public enum TailOutcome
{
    /// <summary>Everything that is there has been read.</summary>
    EndOfFile,

    /// <summary>There is more, but the others have their turn now.</summary>
    More,

    /// <summary>The content before our place is another: the file was cut off or overwritten.</summary>
    Replaced,

    /// <summary>It could not be read; told to a person already.</summary>
    Failed,
}
