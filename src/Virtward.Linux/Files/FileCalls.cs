using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Virtward.Linux.Files;

/// <summary>The system calls on files that the framework does not offer, with the constants of the Linux ABI.</summary>
internal static partial class FileCalls
{
    /// <summary>O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC: opening a pipe or a device must neither wait nor take a terminal.</summary>
    public const int OpenForReading = 0x100 | 0x800 | 0x80000;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>ENOENT.</summary>
    public const int NoEntry = 2;

    /// <summary>EAGAIN.</summary>
    public const int TryAgain = 11;

    /// <summary>ENOTDIR.</summary>
    public const int NotDirectory = 20;

    /// <summary>AT_FDCWD.</summary>
    public const int CurrentDirectory = -100;

    /// <summary>AT_EMPTY_PATH: statx of the descriptor itself.</summary>
    public const int EmptyPath = 0x1000;

    /// <summary>AT_SYMLINK_NOFOLLOW.</summary>
    public const int NoFollow = 0x100;

    /// <summary>STATX_BASIC_STATS.</summary>
    public const uint BasicStats = 0x7ff;

    /// <summary>IN_NONBLOCK | IN_CLOEXEC, also EFD_NONBLOCK | EFD_CLOEXEC.</summary>
    public const int NonBlocking = 0x800 | 0x80000;

    /// <summary>POLLIN.</summary>
    public const short PollIn = 1;

    /// <summary>open(2).</summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial SafeFileHandle Open(string path, int flags);

    /// <summary>openat2(2), by its number (437 on every architecture): the C library has no function for it.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint OpenAt2(nint number, nint directory, string path, in OpenHow how, nint size);

    /// <summary>chown(2).</summary>
    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    /// <summary>readlinkat(2).</summary>
    [LibraryImport("libc", EntryPoint = "readlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint ReadLink(SafeFileHandle directory, string path, Span<byte> buffer, nuint count);

    /// <summary>pread(2).</summary>
    [LibraryImport("libc", EntryPoint = "pread64", SetLastError = true)]
    public static partial nint ReadAt(SafeFileHandle file, Span<byte> buffer, nuint count, long offset);

    /// <summary>read(2).</summary>
    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle file, Span<byte> buffer, nuint count);

    /// <summary>write(2).</summary>
    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> buffer, nuint count);

    /// <summary>statx(2) of a path; chosen because its structure is the same on every architecture.</summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Stat(int directory, string path, int flags, uint mask, out StatBuffer result);

    /// <summary>statx(2) of an open file.</summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Stat(SafeFileHandle file, string path, int flags, uint mask, out StatBuffer result);

    /// <summary>inotify_init1(2).</summary>
    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    public static partial SafeFileHandle StartInotify(int flags);

    /// <summary>inotify_add_watch(2).</summary>
    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int AddWatch(SafeFileHandle inotify, string path, uint mask);

    /// <summary>inotify_rm_watch(2).</summary>
    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int RemoveWatch(SafeFileHandle inotify, int number);

    /// <summary>eventfd(2).</summary>
    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial SafeFileHandle CreateEvent(uint count, int flags);

    /// <summary>poll(2).</summary>
    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(Span<PollEntry> entries, nuint count, int milliseconds);

    /// <summary>The descriptor's number, for messages between calls that take plain numbers.</summary>
    public static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
