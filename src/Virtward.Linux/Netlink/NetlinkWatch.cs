using System.Runtime.InteropServices;
using Virtward.Core.Results;

namespace Virtward.Linux.Netlink;

/// <summary>
/// Listens to the kernel's notifications of one netlink protocol and tells that there were some, not which. It belongs to the network
/// namespace of the thread that opened it; a thread of its own sleeps in poll(2).
/// </summary>
public sealed class NetlinkWatch : IDisposable
{
    private readonly SafeNetlinkHandle _socket;
    private readonly SafeNetlinkHandle _stop;
    private readonly int[] _groups;
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Thread _thread;

    private NetlinkWatch(SafeNetlinkHandle socket, SafeNetlinkHandle stop, int[] groups)
    {
        _socket = socket;
        _stop = stop;
        _groups = groups;
        _thread = new Thread(Listen, maxStackSize: 128 * 1024) { IsBackground = true, Name = "netlink-watch" };
        _thread.Start();
    }

    /// <summary>Opens a watch in the calling thread's network namespace.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="groups">The multicast groups to join, such as NFNLGRP_NFTABLES.</param>
    /// <param name="filter">A classic BPF program that picks the notifications; empty: all.</param>
    public static unsafe Result<NetlinkWatch> Open(NetlinkProtocol protocol, ReadOnlySpan<int> groups, ReadOnlySpan<BpfInstruction> filter = default)
    {
        var socket = new SafeNetlinkHandle(
            NativeSocket.Open(NativeSocket.AfNetlink, NativeSocket.SockRaw | NativeSocket.SockCloexec, (int)protocol));
        var address = new NativeSocket.NetlinkAddress { Family = NativeSocket.AfNetlink };
        bool ok = !socket.IsInvalid && NativeSocket.Bind(socket, address, (uint)sizeof(NativeSocket.NetlinkAddress)) == 0;
        if (ok && !filter.IsEmpty)
        {
            fixed (BpfInstruction* instructions = filter)
            {
                var program = new NativeSocket.FilterProgram { Length = (ushort)filter.Length, Instructions = (nint)instructions };
                ok = NativeSocket.SetOption(
                    socket, NativeSocket.SolSocket, NativeSocket.SoAttachFilter, &program, (uint)sizeof(NativeSocket.FilterProgram)) == 0;
            }
        }

        int[] joined = groups.ToArray();
        ok = ok && TrySet(socket, NativeSocket.NetlinkAddMembership, joined);
        var stop = new SafeNetlinkHandle(ok ? NativeSocket.EventDescriptor(0, NativeSocket.SockCloexec) : -1);
        if (stop.IsInvalid)
        {
            Problem problem = NetlinkSocket.Failure("cannot listen to the kernel's notifications", Marshal.GetLastPInvokeError());
            socket.Dispose();
            return problem;
        }

        return new NetlinkWatch(socket, stop, joined);
    }

    /// <summary>Waits for the next notification, or one that came since the last call. Notifications that were lost count as one.</summary>
    /// <returns>Whether there was one in time.</returns>
    public async ValueTask<bool> WaitAsync(TimeSpan atMost, CancellationToken cancel) =>
        await _changed.WaitAsync(atMost, cancel).ConfigureAwait(false);

    /// <summary>
    /// Makes the kernel's notifications go nowhere while a great many changes of our own are made: it makes one for each as soon as
    /// anybody listens. What others changed meanwhile cannot be known, so it counts as a notification.
    /// </summary>
    /// <param name="changes">Makes the changes.</param>
    /// <exception cref="InvalidOperationException">The kernel does not let the watch listen again, as it did when it was opened.</exception>
    public T Without<T>(Func<T> changes)
    {
        _ = TrySet(_socket, NativeSocket.NetlinkDropMembership, _groups);
        try
        {
            return changes();
        }
        finally
        {
            ListenAgain();
        }
    }

    /// <inheritdoc/>
    public unsafe void Dispose()
    {
        ulong one = 1;
        _ = NativeSocket.Write(_stop, (byte*)&one, sizeof(ulong));
        _thread.Join();
        _socket.Dispose();
        _stop.Dispose();
        _changed.Dispose();
    }

    private unsafe void Listen()
    {
        NativeSocket.PollEntry* entries = stackalloc NativeSocket.PollEntry[2];
        entries[0] = new() { Descriptor = (int)_socket.DangerousGetHandle(), Events = NativeSocket.PollIn };
        entries[1] = new() { Descriptor = (int)_stop.DangerousGetHandle(), Events = NativeSocket.PollIn };
        while (true)
        {
            if (NativeSocket.Poll(entries, 2, -1) < 0)
            {
                continue;
            }

            if (entries[1].Returned != 0)
            {
                return;
            }

            if (ReadAll())
            {
                Tell();
            }
        }
    }

    private void ListenAgain()
    {
        if (!TrySet(_socket, NativeSocket.NetlinkAddMembership, _groups))
        {
            throw new InvalidOperationException($"cannot listen to the kernel's notifications again (errno {Marshal.GetLastPInvokeError()})");
        }

        Tell();
    }

    private void Tell()
    {
        lock (_groups)
        {
            if (_changed.CurrentCount == 0)
            {
                _changed.Release();
            }
        }
    }

    private static unsafe bool TrySet(SafeNetlinkHandle socket, int option, int[] groups)
    {
        foreach (int group in groups)
        {
            int number = group;
            if (NativeSocket.SetOption(socket, NativeSocket.SolNetlink, option, &number, sizeof(int)) != 0)
            {
                return false;
            }
        }

        return true;
    }

    // Empties the socket. ENOBUFS says that notifications were dropped: as good as one, and it clears the condition.
    private unsafe bool ReadAll()
    {
        byte* buffer = stackalloc byte[64];
        bool any = false;
        while (true)
        {
            if (NativeSocket.Receive(_socket, buffer, 64, NativeSocket.MsgDontWait) >= 0)
            {
                any = true;
                continue;
            }

            int error = Marshal.GetLastPInvokeError();
            if (error == NativeSocket.Eintr)
            {
                continue;
            }

            any |= error == NativeSocket.Enobufs;
            if (error != NativeSocket.Enobufs)
            {
                return any;
            }
        }
    }
}
