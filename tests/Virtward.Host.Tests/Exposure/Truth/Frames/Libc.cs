using System.Runtime.InteropServices;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>The few calls that raw frames need (socket(7), packet(7), raw(7), ip(7), ipv6(7)).</summary>
internal static unsafe partial class Libc
{
    public const int AfPacket = 17;
    public const int AfInet = 2;
    public const int AfInet6 = 10;
    public const int AfNetlink = 16;
    public const int SockRaw = 3;
    public const int SockStream = 1;
    public const int SockDgram = 2;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int DontWait = 0x40;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int descriptor, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "listen", SetLastError = true)]
    public static partial int Listen(int descriptor, int backlog);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int descriptor, int level, int name, void* value, int length);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int descriptor, byte* data, nuint length, int flags, byte* address, int addressLength);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    public static partial nint ReceiveFrom(int descriptor, byte* data, nuint length, int flags, byte* address, int* addressLength);

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    public static partial nint ReceiveMessage(int descriptor, MessageHeader* message, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint size, ulong* mask);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial uint IndexOf(string device);

    /// <summary>Opens a socket or throws with the reason.</summary>
    public static int Open(int domain, int type, int protocol)
    {
        int descriptor = Socket(domain, type | CloseOnExec, protocol);
        return descriptor >= 0 ? descriptor : throw Failure($"socket({domain}, {type}, {protocol})");
    }

    /// <summary>
    /// The same socket under a great number, where the limit allows that (ulimit -n). There are thousands in a long trial, and whoever waits with select(2), as libnftables does,
    /// needs numbers below 1,024.
    /// </summary>
    public static int OutOfTheWay(int descriptor)
    {
        const int DuplicateCloseOnExec = 1030;
        int other = Control(descriptor, DuplicateCloseOnExec, 2048);
        if (other < 0)
        {
            return descriptor;
        }

        Close(descriptor);
        return other;
    }

    /// <summary>Sets a numeric option or throws.</summary>
    public static void Set(int descriptor, int level, int name, int value)
    {
        if (SetOption(descriptor, level, name, &value, sizeof(int)) != 0)
        {
            throw Failure($"setsockopt({level}, {name}, {value})");
        }
    }

    public static IOException Failure(string what) =>
        new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Seen;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Vector
    {
        public byte* Data;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public byte* Name;
        public int NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
