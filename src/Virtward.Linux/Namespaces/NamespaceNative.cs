using System.Runtime.InteropServices;

namespace Virtward.Linux.Namespaces;

/// <summary>The system calls that namespaces need and the framework lacks.</summary>
internal static partial class NamespaceNative
{
    /// <summary>CLONE_NEWNET of sched.h: the kind of namespace that setns(2) is told to expect.</summary>
    internal const int NetworkNamespaceKind = 0x4000_0000;

    /// <summary>NS_GET_NSTYPE of linux/nsfs.h: _IO(0xb7, 3).</summary>
    internal const nuint GetKind = 0xb703;

    /// <summary>MS_BIND of sys/mount.h.</summary>
    internal const ulong MountBind = 0x1000;

    /// <summary>MS_MOVE of sys/mount.h.</summary>
    internal const ulong MountMove = 0x2000;

    /// <summary>Mode 0600: for the owner only.</summary>
    internal const uint OwnerOnly = 0b110_000_000;

    /// <summary>Mode 0644: all may read, the owner may write.</summary>
    internal const uint AllRead = 0b110_100_100;

    /// <summary>Mode 0666: all may write, as to a log socket.</summary>
    internal const uint AllWrite = 0b110_110_110;

    /// <summary>setns(2): moves the calling thread into a namespace.</summary>
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int EnterNamespace(SafeHandle handle, int kind);

    /// <summary>ioctl(2) without an argument.</summary>
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Control(SafeHandle handle, nuint request);

    /// <summary>mount(2).</summary>
    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string source, string target, string? type, ulong flags, string? data);

    /// <summary>chmod(2).</summary>
    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeMode(string path, uint mode);

    /// <summary>kill(2).</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int process, int signal);

    /// <summary>usleep(3): unlike Thread.Sleep it can wait less than a millisecond.</summary>
    [LibraryImport("libc", EntryPoint = "usleep")]
    internal static partial int SleepMicroseconds(uint microseconds);

    /// <summary>The last call's error as text, such as "Operation not permitted".</summary>
    internal static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}
