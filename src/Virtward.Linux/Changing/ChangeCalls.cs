using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Virtward.Linux.Changing;

/// <summary>The system calls that changing files safely takes and the framework does not offer.</summary>
internal static partial class ChangeCalls
{
    /// <summary>O_RDONLY | O_DIRECTORY | O_CLOEXEC; O_DIRECTORY has this value on x86 and another on ARM, so it is left out.</summary>
    public const int OpenDirectory = 0x80000;

    /// <summary>O_RDWR | O_CREAT | O_CLOEXEC.</summary>
    public const int OpenLock = 2 | 0x40 | 0x80000;

    /// <summary>LOCK_EX | LOCK_NB.</summary>
    public const int LockNow = 2 | 4;

    /// <summary>EWOULDBLOCK.</summary>
    public const int WouldBlock = 11;

    /// <summary>ENODATA.</summary>
    public const int NoData = 61;

    /// <summary>EOPNOTSUPP.</summary>
    public const int NotSupported = 95;

    /// <summary>open(2) with a mode.</summary>
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial SafeFileHandle Open(string path, int flags, int mode);

    /// <summary>fsync(2).</summary>
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(SafeFileHandle file);

    /// <summary>flock(2).</summary>
    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle file, int operation);

    /// <summary>lchown(2).</summary>
    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    /// <summary>llistxattr(2).</summary>
    [LibraryImport("libc", EntryPoint = "llistxattr", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint ListAttributes(string path, Span<byte> names, nuint size);

    /// <summary>lgetxattr(2).</summary>
    [LibraryImport("libc", EntryPoint = "lgetxattr", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint GetAttribute(string path, string name, Span<byte> value, nuint size);

    /// <summary>lsetxattr(2).</summary>
    [LibraryImport("libc", EntryPoint = "lsetxattr", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int SetAttribute(string path, string name, ReadOnlySpan<byte> value, nuint size, int flags);

    /// <summary>dup2(2).</summary>
    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int from, int to);
}
