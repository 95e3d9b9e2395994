using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>Files of the host that are changed and put back, as one part of the seam. Paths are absolute; the last link of a path is not followed.</summary>
public interface IHostFiles
{
    /// <summary>Reads a file with all that belongs to it; null where there is none.</summary>
    /// <param name="path">The path of a regular file or a symbolic link; anything else is a problem.</param>
    /// <param name="maxBytes">A longer file is a problem.</param>
    Result<FileImage?> Read(string path, int maxBytes);

    /// <summary>
    /// Puts a file in place, whole or not at all, and on the disk before it returns (fsync of the file and its directory). Directories above it are
    /// made with mode 0755.
    /// </summary>
    Result<Done> Write(string path, FileImage image);

    /// <summary>Removes a file; nothing where there is none. On the disk before it returns.</summary>
    Result<Done> Remove(string path);

    /// <summary>Removes what a <see cref="Write"/> of this path that was killed half-way has left beside it; nothing where there is none.</summary>
    Result<Done> Tidy(string path);

    /// <summary>The topmost directory above a path that does not exist; null where all do.</summary>
    string? FirstMissingDirectory(string path);

    /// <summary>Removes the directories above a path from the lowest up to and including <paramref name="top"/>, as long as they are empty.</summary>
    Result<Done> RemoveEmptyDirectories(string path, string top);

    /// <summary>Sets a file's permission bits; a symbolic link is a problem.</summary>
    Result<Done> SetMode(string path, UnixFileMode mode);
}
