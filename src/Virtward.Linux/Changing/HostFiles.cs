using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Linux.Files;

namespace Virtward.Linux.Changing;

/// <summary>The files of this host, changed so that after a loss of power each is the old one or the new one.</summary>
/// <param name="root">The directory that paths start from; "/" for the host itself.</param>
public sealed class HostFiles(string root = "/") : IHostFiles
{
    private const int MaxAttributes = 64 * 1024;
    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _root = root.TrimEnd('/');

    /// <inheritdoc/>
    public Result<FileImage?> Read(string path, int maxBytes)
    {
        string place = _root + path;
        if (FileCalls.Stat(FileCalls.CurrentDirectory, place, FileCalls.NoFollow, FileCalls.BasicStats, out StatBuffer stat) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            return error is FileCalls.NoEntry or FileCalls.NotDirectory
                ? Result<FileImage?>.Ok(null)
                : new Problem($"cannot read the file: {Marshal.GetPInvokeErrorMessage(error)}", path, "run it as root");
        }

        Core.Snapshots.FileState state = stat.ToFileState(path);
        if (!stat.IsRegular && !stat.IsLink)
        {
            return new Problem("is no regular file", path);
        }

        try
        {
            if (stat.IsLink)
            {
                return new FileImage(default, (UnixFileMode)stat.Permissions, (uint)state.Uid, (uint)state.Gid) { LinkTarget = new FileInfo(place).LinkTarget };
            }

            using var stream = new FileStream(place, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > maxBytes)
            {
                return new Problem($"is larger than {maxBytes} bytes, which no such file is", path);
            }

            byte[] bytes = new byte[maxBytes + 1 < stream.Length + 4096 ? maxBytes + 1 : (int)stream.Length + 4096];
            int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return length > maxBytes
                ? new Problem($"is larger than {maxBytes} bytes, which no such file is", path)
                : new FileImage(new Blob(bytes.AsSpan(0, length)), (UnixFileMode)stat.Permissions, (uint)state.Uid, (uint)state.Gid) { Attributes = Attributes(place) };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Failure("cannot read the file", path, failure);
        }
    }

    /// <inheritdoc/>
    public Result<Done> Write(string path, FileImage image)
    {
        string place = _root + path;
        string directory = Path.GetDirectoryName(place)!;
        string beside = Beside(place);
        try
        {
            Directory.CreateDirectory(directory, DirectoryMode);
            File.Delete(beside);
            if (image.LinkTarget is { } target)
            {
                File.CreateSymbolicLink(beside, target);
            }
            else
            {
                WriteContent(beside, image);
            }

            if (ChangeCalls.ChangeOwner(beside, image.Uid, image.Gid) != 0 && Environment.IsPrivilegedProcess)
            {
                throw new IOException(LastError());
            }

            if (image.LinkTarget is null)
            {
                // After the owner: chown(2) takes the set-user-ID bits away.
                File.SetUnixFileMode(beside, image.Mode);
                foreach ((string name, Blob value) in image.Attributes)
                {
                    if (ChangeCalls.SetAttribute(beside, name, value.Span, (nuint)value.Length, 0) != 0 && Marshal.GetLastPInvokeError() != ChangeCalls.NotSupported)
                    {
                        throw new IOException($"{name}: {LastError()}");
                    }
                }
            }

            File.Move(beside, place, overwrite: true);
            SyncDirectory(directory);
            return default(Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TryDelete(beside);
            return Failure("cannot write the file", path, failure);
        }
    }

    /// <inheritdoc/>
    public Result<Done> Remove(string path)
    {
        string place = _root + path;
        try
        {
            // Also a dangling link, which File.Exists says is not there.
            if (FileCalls.Stat(FileCalls.CurrentDirectory, place, FileCalls.NoFollow, FileCalls.BasicStats, out _) == 0)
            {
                File.Delete(place);
                SyncDirectory(Path.GetDirectoryName(place)!);
            }

            return default(Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Failure("cannot remove the file", path, failure);
        }
    }

    /// <inheritdoc/>
    public Result<Done> Tidy(string path)
    {
        string beside = Beside(_root + path);
        try
        {
            // Without its directory there is nothing of it either.
            if (Directory.Exists(Path.GetDirectoryName(beside)))
            {
                File.Delete(beside);
            }

            return default(Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Failure("cannot remove what was left beside the file", path, failure);
        }
    }

    /// <inheritdoc/>
    public string? FirstMissingDirectory(string path)
    {
        string? missing = null;
        for (string? directory = Path.GetDirectoryName(path); directory is { Length: > 1 }; directory = Path.GetDirectoryName(directory))
        {
            missing = Directory.Exists(_root + directory) ? missing : directory;
        }

        return missing;
    }

    /// <inheritdoc/>
    public Result<Done> RemoveEmptyDirectories(string path, string top)
    {
        try
        {
            for (string? directory = Path.GetDirectoryName(path); directory is not null && directory.StartsWith(top, StringComparison.Ordinal); directory = Path.GetDirectoryName(directory))
            {
                if (Directory.Exists(_root + directory))
                {
                    if (Directory.EnumerateFileSystemEntries(_root + directory).Any())
                    {
                        break;
                    }

                    Directory.Delete(_root + directory);
                    SyncDirectory(Path.GetDirectoryName(_root + directory)!);
                }
            }

            return default(Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Failure("cannot remove the directory", top, failure);
        }
    }

    /// <inheritdoc/>
    public Result<Done> SetMode(string path, UnixFileMode mode)
    {
        try
        {
            if (new FileInfo(_root + path).LinkTarget is not null)
            {
                return new Problem("is a symbolic link, whose mode means nothing", path);
            }

            File.SetUnixFileMode(_root + path, mode);
            return default(Done);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Failure("cannot set the mode", path, failure);
        }
    }

    // One name a file, so that whoever comes after a writer that was killed finds what that one left; transactions are one at a time.
    private static string Beside(string place) => Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.virtward-new");

    private static void WriteContent(string place, FileImage image)
    {
        // Nobody else may read it before its owner and mode are set.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
        using var stream = new FileStream(place, options);
        stream.Write(image.Content.Span);
        stream.Flush(flushToDisk: true);
    }

    private static ImmutableSortedDictionary<string, Blob> Attributes(string place)
    {
        Span<byte> names = new byte[MaxAttributes];
        nint length = ChangeCalls.ListAttributes(place, names, MaxAttributes);
        if (length <= 0)
        {
            return ImmutableSortedDictionary<string, Blob>.Empty;
        }

        ImmutableSortedDictionary<string, Blob>.Builder attributes = ImmutableSortedDictionary.CreateBuilder<string, Blob>(StringComparer.Ordinal);
        byte[] value = new byte[MaxAttributes];
        foreach (string name in Encoding.UTF8.GetString(names[..(int)length]).Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            // The kernel keeps these itself (IMA, EVM): they are signatures of the very file.
            if (name is not ("security.ima" or "security.evm") && ChangeCalls.GetAttribute(place, name, value, (nuint)value.Length) is var size and >= 0)
            {
                attributes[name] = new Blob(value.AsSpan(0, (int)size));
            }
        }

        return attributes.ToImmutable();
    }

    private static void SyncDirectory(string directory)
    {
        using SafeFileHandle handle = ChangeCalls.Open(directory, ChangeCalls.OpenDirectory, 0);
        if (handle.IsInvalid || (ChangeCalls.Sync(handle) != 0 && Marshal.GetLastPInvokeError() != 22))
        {
            // EINVAL: a file system that has nothing to synchronise.
            throw new IOException(LastError());
        }
    }

    private static void TryDelete(string place)
    {
        try
        {
            File.Delete(place);
        }
        catch (Exception left) when (left is IOException or UnauthorizedAccessException)
        {
            // What could not be written can often not be removed either; the first failure is the one to tell.
        }
    }

    private static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    private static Problem Failure(string what, string path, Exception failure) =>
        new($"{what}: {failure.Message}", path, failure is UnauthorizedAccessException ? "run it as root" : null);
}
