using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux;

/// <summary>The real file system behind <see cref="IStateFiles"/>.</summary>
public sealed class StateFiles : IStateFiles
{
    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <summary>Whether it cannot be told if a file is there, for want of the right to look into a directory above it.</summary>
    public static bool IsHidden(string path)
    {
        try
        {
            _ = File.GetAttributes(path);
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Result<Done> CreateDirectory(string path, UnixFileMode mode) =>
        Try("cannot make the directory", path, () => Directory.CreateDirectory(path, mode));

    /// <inheritdoc/>
    public Result<Done> CreateFile(string path, UnixFileMode mode)
    {
        if (File.Exists(path))
        {
            return default(Done);
        }

        return Try("cannot make the file", path, () =>
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = mode };
            using var file = new FileStream(path, options);
            File.SetUnixFileMode(file.SafeFileHandle, mode);
        });
    }

    /// <inheritdoc/>
    public Result<Done> Move(string from, string to) => Try("cannot rename", from, () => File.Move(from, to, overwrite: false));

    private static Result<Done> Try(string what, string path, Action action)
    {
        try
        {
            action();
            return default(Done);
        }
        catch (UnauthorizedAccessException)
        {
            return new Problem($"{what}, permission denied", path, "run it as root");
        }
        catch (IOException error)
        {
            return new Problem($"{what}, {error.Message}", path);
        }
    }
}
