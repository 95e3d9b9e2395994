using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Virtward.Linux.Files;

/// <summary>
/// A directory that is looked at as if it were <c>/</c>: no path and no symbolic link leads out of it (openat2(2), RESOLVE_IN_ROOT; Linux
/// 5.6), so that a tree that was unpacked here cannot bring this host's own files into an answer about another.
/// </summary>
internal sealed class RootDirectory : IDisposable
{
    private const int Directory = 0x10000 | 0x80000;
    private const int PathOnly = 0x200000 | 0x80000;
    private const int StayOnLink = 0x20000;
    private const int Denied = 13;
    private const nint OpenAt2Number = 437;

    private readonly SafeFileHandle _root;

    private RootDirectory(SafeFileHandle root) => _root = root;

    /// <summary>Opens it; null where there is no such directory.</summary>
    public static RootDirectory? Open(string path)
    {
        SafeFileHandle root = FileCalls.Open(path, Directory);
        if (!root.IsInvalid)
        {
            return new RootDirectory(root);
        }

        root.Dispose();
        return null;
    }

    /// <summary>Opens a file for reading, without waiting for a pipe's other end; invalid with errno where that fails.</summary>
    public SafeFileHandle OpenFile(string path) => Open(path, FileCalls.OpenForReading);

    /// <summary>A file's text (UTF-8, without a mark of order); null where it cannot be had.</summary>
    /// <param name="path">The absolute path.</param>
    /// <param name="maxBytes">The most that such a file holds.</param>
    /// <param name="why">Why there is none, a clause about the path; null where there is no such file, or a directory.</param>
    /// <remarks>A pipe is not waited for, and nothing is read of a device: what has no end, such as /dev/zero, would fill the memory.</remarks>
    public string? ReadText(string path, int maxBytes, out string? why)
    {
        using SafeFileHandle file = OpenFile(path);
        if (file.IsInvalid)
        {
            int error = Marshal.GetLastPInvokeError();
            why = error is FileCalls.NoEntry or FileCalls.NotDirectory ? null : error == Denied ? $"it needs root to read {path}" : $"{path} could not be read ({Marshal.GetPInvokeErrorMessage(error)})";
            return null;
        }

        if (FileCalls.Stat(file, "", FileCalls.EmptyPath, FileCalls.BasicStats, out StatBuffer state) != 0 || !state.IsRegular)
        {
            why = state.IsDirectory ? null : $"{path} is no regular file";
            return null;
        }

        byte[] bytes = new byte[Math.Min(maxBytes, 64 * 1024) + 1];
        int length = 0;
        for (nint read = 1; read > 0;)
        {
            read = FileCalls.Read(file, bytes.AsSpan(length), (nuint)(bytes.Length - length));
            if (read < 0)
            {
                why = $"{path} could not be read ({Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())})";
                return null;
            }

            length += (int)read;
            if (length > maxBytes)
            {
                why = $"{path} is larger than {maxBytes} bytes";
                return null;
            }

            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, Math.Min(bytes.Length * 4, maxBytes + 1));
            }
        }

        why = null;
        ReadOnlySpan<byte> text = bytes.AsSpan(0, length);
        return Encoding.UTF8.GetString(text.StartsWith(Encoding.UTF8.Preamble) ? text[3..] : text);
    }

    /// <summary>stat(2) of the path itself; null where there is nothing.</summary>
    /// <param name="path">The absolute path.</param>
    /// <param name="target">Where a link leads.</param>
    public StatBuffer? State(string path, out string? target)
    {
        target = null;
        using SafeFileHandle handle = Open(path, PathOnly | StayOnLink);
        if (handle.IsInvalid || FileCalls.Stat(handle, "", FileCalls.EmptyPath, FileCalls.BasicStats, out StatBuffer state) != 0)
        {
            return null;
        }

        if (state.IsLink)
        {
            Span<byte> buffer = stackalloc byte[4096];
            nint length = FileCalls.ReadLink(handle, "", buffer, (nuint)buffer.Length);
            target = length > 0 ? Encoding.UTF8.GetString(buffer[..(int)length]) : "";
        }

        return state;
    }

    /// <summary>The names in a directory, sorted, at most so many; none where it cannot be read.</summary>
    public IReadOnlyList<string> Names(string path, int atMost) => Names(path, atMost, out _);

    /// <summary>The names in a directory, sorted, at most so many; none where it cannot be read.</summary>
    /// <param name="path">The absolute path.</param>
    /// <param name="atMost">How many.</param>
    /// <param name="denied">Whether it is there, and only others may read it.</param>
    public IReadOnlyList<string> Names(string path, int atMost, out bool denied)
    {
        using SafeFileHandle handle = Open(path, Directory);
        denied = handle.IsInvalid && Marshal.GetLastPInvokeError() == Denied;
        if (handle.IsInvalid)
        {
            return [];
        }

        try
        {
            // The descriptor's own entry in /proc leads to the very directory that was opened, whatever its path means by now.
            return
            [
                .. System.IO.Directory.EnumerateFileSystemEntries($"/proc/self/fd/{FileCalls.Number(handle)}")
                    .Take(atMost).Select(static entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal),
            ];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>
    /// stat(2) of everything in a directory, in no order, links not followed; nothing where it cannot be read. Far cheaper than <see cref="State"/>
    /// of each: the directory is opened once, and each name is looked up in it alone.
    /// </summary>
    /// <param name="path">The directory's absolute path.</param>
    /// <param name="atMost">The most entries.</param>
    /// <param name="visit">Told each name with its state.</param>
    public void Visit(string path, int atMost, Action<string, StatBuffer> visit)
    {
        using SafeFileHandle handle = Open(path, Directory);
        if (handle.IsInvalid)
        {
            return;
        }

        try
        {
            var everything = new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = true, MatchType = MatchType.Simple };

            // FileSystemEnumerable hands out the names as they come; a name holds no slash, so that it cannot lead out of the directory.
            var names = new FileSystemEnumerable<string>($"/proc/self/fd/{FileCalls.Number(handle)}", static (ref FileSystemEntry entry) => entry.FileName.ToString(), everything);
            foreach (string name in names.Take(atMost))
            {
                if (FileCalls.Stat(handle, name, FileCalls.NoFollow, FileCalls.BasicStats, out StatBuffer state) == 0)
                {
                    visit(name, state);
                }
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It went away, or may not be read: what was seen was seen.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();

    private SafeFileHandle Open(string path, int flags)
    {
        var how = new OpenHow((ulong)(uint)flags, 0, OpenHow.InRoot);
        nint handle = FileCalls.OpenAt2(OpenAt2Number, FileCalls.Number(_root), path, how, Marshal.SizeOf<OpenHow>());
        return new SafeFileHandle(handle, ownsHandle: true);
    }
}
