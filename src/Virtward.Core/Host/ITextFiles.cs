using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>
/// Small text files such as configuration: read whole, never written. The host's own tree, another root (<c>--root DIR</c>), or a
/// tree in memory. Paths are absolute and use '/'.
/// </summary>
public interface ITextFiles
{
    /// <summary>Reads a file as UTF-8; bytes that are no UTF-8 become U+FFFD, a byte order mark is dropped.</summary>
    /// <param name="path">The absolute path.</param>
    /// <param name="maxBytes">A longer file is a problem, and is not read.</param>
    Result<string> ReadText(string path, int maxBytes);

    /// <summary>The absolute paths of a directory's entries in ordinal order; empty where there is no such directory.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Whether there is a file of this path (links are followed).</summary>
    bool Exists(string path);
}
