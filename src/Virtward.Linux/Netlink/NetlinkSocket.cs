using System.Runtime.InteropServices;
using Virtward.Core.Results;

namespace Virtward.Linux.Netlink;

/// <summary>
/// A netlink socket for requests and their answers (netlink(7)). It belongs to the network namespace of the thread that opened it. Not
/// thread-safe.
/// </summary>
public sealed class NetlinkSocket : IDisposable
{
    private const int TypeError = 2;
    private const int TypeDone = 3;

    // Kernels fill at most 32 KiB of a dump at a time (netlink_dump); a message of it is never larger.
    private const int ReceiveLength = 64 * 1024;

    private readonly SafeNetlinkHandle _handle;
    private readonly byte[] _received = new byte[ReceiveLength];
    private uint _sequence;
    private int _sendBuffer;

    private NetlinkSocket(SafeNetlinkHandle handle, uint portId)
    {
        _handle = handle;
        PortId = portId;
    }

    /// <summary>The number by which the kernel knows this socket; it marks the notifications of what was done through it.</summary>
    public uint PortId { get; }

    /// <summary>Opens a socket in the calling thread's network namespace.</summary>
    public static unsafe Result<NetlinkSocket> Open(NetlinkProtocol protocol)
    {
        var handle = new SafeNetlinkHandle(
            NativeSocket.Open(NativeSocket.AfNetlink, NativeSocket.SockRaw | NativeSocket.SockCloexec, (int)protocol));
        uint length = (uint)Marshal.SizeOf<NativeSocket.NetlinkAddress>();
        var address = new NativeSocket.NetlinkAddress { Family = NativeSocket.AfNetlink };
        if (handle.IsInvalid
            || NativeSocket.Bind(handle, address, length) != 0
            || NativeSocket.GetName(handle, out address, ref length) != 0)
        {
            Problem problem = Failure("cannot open a netlink socket", Marshal.GetLastPInvokeError());
            handle.Dispose();
            return problem;
        }

        // An error shall not carry the whole message that it is about: a batch of large ones would overflow the socket.
        int yes = 1;
        _ = NativeSocket.SetOption(handle, NativeSocket.SolNetlink, NativeSocket.NetlinkCapAck, &yes, sizeof(int));
        return new NetlinkSocket(handle, address.PortId);
    }

    /// <summary>The next sequence number, to tell answers apart.</summary>
    public uint NextSequence() => ++_sequence;

    /// <summary>
    /// Sends one request and hands on every message of its answer. Of a list that changed while it was being read some entries may be
    /// missing or doubled.
    /// </summary>
    /// <returns>The kernel's error number; 0 for success.</returns>
    public int Request(ReadOnlySpan<byte> request, uint sequence, NetlinkHandler handler, out bool interrupted)
    {
        interrupted = false;
        Drain();
        int sent = Send(request);
        if (sent != 0)
        {
            return sent;
        }

        while (true)
        {
            int received = Receive(wait: true, out int error);
            if (error != 0)
            {
                return error;
            }

            ReadOnlySpan<byte> rest = _received.AsSpan(0, received);
            while (TryReadMessage(ref rest, out NetlinkHeader header, out ReadOnlySpan<byte> payload))
            {
                if (header.Sequence != sequence)
                {
                    continue;
                }

                interrupted |= header.Flags.HasFlag(NetlinkFlags.Interrupted);
                switch (header.Type)
                {
                    case TypeError:
                        return payload.Length >= 4 ? -MemoryMarshal.Read<int>(payload) : NativeSocket.Eagain;
                    case TypeDone:
                        return payload.Length >= 4 && MemoryMarshal.Read<int>(payload) is < 0 and int code ? -code : 0;
                    default:
                        handler(header.Type, payload);
                        break;
                }
            }
        }
    }

    /// <summary>
    /// Sends a batch that the kernel takes as one transaction, and reads what it says: errors, and the acknowledgements that were asked
    /// for.
    /// </summary>
    /// <returns>The first error number; 0 where there was none.</returns>
    public int Transact(ReadOnlySpan<byte> batch)
    {
        Drain();
        int sent = Send(batch);
        if (sent != 0)
        {
            return sent;
        }

        // nfnetlink works through a batch inside send(2): every answer is there when it returns.
        int first = 0;
        bool any = false;
        while (true)
        {
            int received = Receive(wait: !any, out int error);
            if (error != 0)
            {
                return any && error == NativeSocket.Eagain ? first : first != 0 ? first : error;
            }

            any = true;
            ReadOnlySpan<byte> rest = _received.AsSpan(0, received);
            while (TryReadMessage(ref rest, out NetlinkHeader header, out ReadOnlySpan<byte> payload))
            {
                if (header.Type == TypeError && first == 0 && payload.Length >= 4)
                {
                    first = -MemoryMarshal.Read<int>(payload);
                }
            }
        }
    }

    /// <summary>A problem with the kernel's own words for an error number.</summary>
    public static Problem Failure(string what, int error, string? on = null) =>
        new($"{what}: {Marshal.GetPInvokeErrorMessage(error)}", on, error is 1 or 13 ? "it needs root, or CAP_NET_ADMIN" : null);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static bool TryReadMessage(ref ReadOnlySpan<byte> rest, out NetlinkHeader header, out ReadOnlySpan<byte> payload)
    {
        header = default;
        payload = default;
        if (rest.Length < NetlinkWriter.HeaderLength)
        {
            return false;
        }

        uint length = MemoryMarshal.Read<uint>(rest);
        if (length < NetlinkWriter.HeaderLength || length > rest.Length)
        {
            return false;
        }

        header = new NetlinkHeader(
            MemoryMarshal.Read<ushort>(rest[4..]),
            (NetlinkFlags)MemoryMarshal.Read<ushort>(rest[6..]),
            MemoryMarshal.Read<uint>(rest[8..]));
        payload = rest[NetlinkWriter.HeaderLength..(int)length];
        rest = rest[Math.Min(((int)length + 3) & ~3, rest.Length)..];
        return true;
    }

    // Answers that an earlier, failed request left behind.
    private void Drain()
    {
        int error;
        do
        {
            _ = Receive(wait: false, out error);
        }
        while (error is 0 or NativeSocket.Enobufs);
    }

    private unsafe int Send(ReadOnlySpan<byte> bytes)
    {
        // A transaction is one datagram, and a datagram must fit into the send buffer (netlink_sendmsg); the limit of
        // net.core.wmem_max does not hold for CAP_NET_ADMIN.
        if (bytes.Length > _sendBuffer)
        {
            int size = bytes.Length + 4096;
            _ = NativeSocket.SetOption(_handle, NativeSocket.SolSocket, NativeSocket.SoSndBufForce, &size, sizeof(int));
            _sendBuffer = size;
        }

        fixed (byte* start = bytes)
        {
            nint sent;
            do
            {
                sent = NativeSocket.Send(_handle, start, (nuint)bytes.Length, 0);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == NativeSocket.Eintr);

            return sent < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    private unsafe int Receive(bool wait, out int error)
    {
        if (wait)
        {
            // The kernel answers within send(2) or never: five seconds are for a machine that is close to stopping.
            var entry = new NativeSocket.PollEntry { Descriptor = (int)_handle.DangerousGetHandle(), Events = NativeSocket.PollIn };
            _ = NativeSocket.Poll(&entry, 1, 5000);
        }

        fixed (byte* start = _received)
        {
            nint received;
            do
            {
                received = NativeSocket.Receive(_handle, start, ReceiveLength, NativeSocket.MsgDontWait);
            }
            while (received < 0 && Marshal.GetLastPInvokeError() == NativeSocket.Eintr);

            error = received < 0 ? Marshal.GetLastPInvokeError() : 0;
            return (int)Math.Max(received, 0);
        }
    }

    private readonly record struct NetlinkHeader(int Type, NetlinkFlags Flags, uint Sequence);
}
