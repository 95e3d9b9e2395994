using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>The host's log files, as one part of the seam. Symbolic links are followed; nothing here changes a file.</summary>
public interface ILogFiles
{
    /// <summary>Opens a regular file for reading.</summary>
    /// <returns>The file, null where there is none by that name, or the problem (no permission, not a regular file).</returns>
    Result<ILogFile?> Open(string path);

    /// <summary>Opens a file, or standard input for <c>-</c>, to be read once from its beginning; pipes too.</summary>
    Result<Stream> OpenOnce(string path);

    /// <summary>The state of what a path leads to; null where there is nothing.</summary>
    Result<LogFileState?> Stat(string path);

    /// <summary>The regular files in a directory whose names are accepted; none where the directory is missing.</summary>
    Result<IReadOnlyList<LogFileEntry>> List(string directory, Func<string, bool> accept);

    /// <summary>
    /// The paths that a pattern names: <c>*</c>, <c>?</c> and <c>[…]</c> as in glob(7), in any part of it. A path without them
    /// is itself, whether it exists or not; a pattern that matches nothing yields nothing. Sorted.
    /// </summary>
    IReadOnlyList<string> Expand(string pattern);

    /// <summary>Starts telling of changes; a problem where the kernel refuses it (limits of inotify(7)): then the caller polls.</summary>
    Result<IFileWatch> Watch();
}
