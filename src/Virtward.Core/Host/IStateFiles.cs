using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>What a keeper of state needs of the file system, besides reading and writing its own file: a part of the seam.</summary>
public interface IStateFiles
{
    /// <summary>Whether a file is there.</summary>
    bool Exists(string path);

    /// <summary>Makes a directory and those above it; those that are made get the mode, one that exists is left as it is.</summary>
    Result<Done> CreateDirectory(string path, UnixFileMode mode);

    /// <summary>Makes an empty file of exactly this mode, whatever the umask; one that exists is left as it is.</summary>
    Result<Done> CreateFile(string path, UnixFileMode mode);

    /// <summary>Renames a file within its file system; fails where the new name is taken.</summary>
    Result<Done> Move(string from, string to);
}
