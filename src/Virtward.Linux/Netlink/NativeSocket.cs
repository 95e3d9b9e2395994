using System.Runtime.InteropServices;

namespace Virtward.Linux.Netlink;

/// <summary>The C library's socket calls that the framework has no counterpart for: AF_NETLINK (netlink(7)).</summary>
internal static partial class NativeSocket
{
    internal const int AfNetlink = 16;
    internal const int SockRaw = 3;
    internal const int SockCloexec = 0x80000;
    internal const int SolSocket = 1;
    internal const int SolNetlink = 270;
    internal const int SoAttachFilter = 26;
    internal const int SoSndBufForce = 32;
    internal const int NetlinkAddMembership = 1;
    internal const int NetlinkDropMembership = 2;
    internal const int NetlinkCapAck = 10;
    internal const int MsgDontWait = 0x40;
    internal const short PollIn = 1;
    internal const int Eintr = 4;
    internal const int Eagain = 11;
    internal const int Enobufs = 105;

    /// <summary>struct sockaddr_nl.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct NetlinkAddress
    {
        internal ushort Family;
        internal ushort Padding;
        internal uint PortId;
        internal uint Groups;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        internal int Descriptor;
        internal short Events;
        internal short Returned;
    }

    /// <summary>struct sock_fprog: a classic BPF program (Documentation/networking/filter.rst).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct FilterProgram
    {
        internal ushort Length;
        internal nint Instructions;
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Open(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(SafeNetlinkHandle socket, in NetlinkAddress address, uint length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int GetName(SafeNetlinkHandle socket, out NetlinkAddress address, ref uint length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    internal static unsafe partial int SetOption(SafeNetlinkHandle socket, int level, int name, void* value, uint length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static unsafe partial nint Send(SafeNetlinkHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static unsafe partial nint Receive(SafeNetlinkHandle socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    internal static unsafe partial int Poll(PollEntry* entries, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static unsafe partial nint Write(SafeNetlinkHandle descriptor, byte* buffer, nuint length);
}
