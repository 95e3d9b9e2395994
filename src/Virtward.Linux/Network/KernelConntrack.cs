using System.Buffers.Binary;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Network;

/// <summary>
/// Connection tracking by ctnetlink, and local sockets by sock_diag. It belongs to the network namespace of the thread that opened it;
/// one caller at a time.
/// </summary>
public sealed class KernelConntrack : IConntrack, IDisposable
{
    // linux/netfilter/nfnetlink_conntrack.h.
    private const int Subsystem = 1;
    private const int Get = (Subsystem << 8) | 1;
    private const int Delete = (Subsystem << 8) | 2;
    private const int TupleOriginal = 1;
    private const int EntryId = 12;
    private const int EntryZone = 18;
    private const int TupleIp = 1;
    private const int TupleProtocol = 2;
    private const int SourceV4 = 1;
    private const int SourceV6 = 3;
    private const int ProtocolNumber = 1;
    private const int DestinationPort = 3;
    private const int NestedFlag = 0x8000;

    private readonly NetlinkSocket _tracking;
    private readonly NetlinkSocket _diagnostics;
    private readonly TcpSockets _sockets;

    private KernelConntrack(NetlinkSocket tracking, NetlinkSocket diagnostics)
    {
        _tracking = tracking;
        _diagnostics = diagnostics;
        _sockets = new TcpSockets(diagnostics);
    }

    /// <summary>Opens both in the calling thread's network namespace.</summary>
    public static Result<KernelConntrack> Open()
    {
        if (!NetlinkSocket.Open(NetlinkProtocol.Netfilter).TryGet(out NetlinkSocket? tracking, out Problem? problem))
        {
            return problem;
        }

        if (!NetlinkSocket.Open(NetlinkProtocol.SocketDiagnostics).TryGet(out NetlinkSocket? diagnostics, out problem))
        {
            tracking.Dispose();
            return problem;
        }

        return new KernelConntrack(tracking, diagnostics);
    }

    /// <inheritdoc/>
    public Result<CutConnections> Cut(Func<Address, Transport, int, bool> unwanted)
    {
        Result<int> tracked = Forget(unwanted);
        Result<int> sockets = Destroy(unwanted);
        return !tracked.IsOk ? tracked.Problem
            : !sockets.IsOk ? sockets.Problem
            : new CutConnections(tracked.Value, sockets.Value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tracking.Dispose();
        _diagnostics.Dispose();
    }

    private Result<int> Destroy(Func<Address, Transport, int, bool> unwanted)
    {
        if (!_sockets.List().TryGet(out List<TcpSocket>? sockets, out Problem? problem))
        {
            return problem;
        }

        int destroyed = 0;
        foreach (TcpSocket socket in sockets)
        {
            if (!unwanted(socket.Remote, Transport.Tcp, socket.LocalPort))
            {
                continue;
            }

            if (!_sockets.Destroy(socket).TryGet(out bool done, out problem))
            {
                return problem;
            }

            destroyed += done ? 1 : 0;
        }

        return destroyed;
    }

    private Result<int> Forget(Func<Address, Transport, int, bool> unwanted)
    {
        // Asking for the list would load the module where it is not in use.
        if (!File.Exists("/proc/sys/net/netfilter/nf_conntrack_max"))
        {
            return 0;
        }

        List<Entry> entries = [];
        int error = Ask(Get, NetlinkFlags.Dump, 0, static _ => { }, (_, payload) =>
        {
            if (payload.Length >= 4 && Read(payload[0], payload[4..], unwanted) is Entry entry)
            {
                entries.Add(entry);
            }
        });
        if (error != 0)
        {
            return NetlinkSocket.Failure("cannot list the tracked connections", error);
        }

        int deleted = 0;
        foreach (Entry entry in entries)
        {
            error = Ask(
                Delete,
                NetlinkFlags.Acknowledge,
                entry.Family,
                writer =>
                {
                    writer.Bytes(TupleOriginal | NestedFlag, entry.Original);
                    writer.Bytes(EntryId, entry.Id);
                    if (entry.Zone.Length > 0)
                    {
                        writer.Bytes(EntryZone, entry.Zone);
                    }
                },
                static (_, _) => { });

            // ENOENT: it ended by itself, or its tuple belongs to another by now, which the id tells.
            if (error is not 0 and not 2)
            {
                return NetlinkSocket.Failure("cannot delete a tracked connection", error);
            }

            deleted += error == 0 ? 1 : 0;
        }

        return deleted;
    }

    // An entry whose opener is unwanted; null for any other.
    private static Entry? Read(byte family, ReadOnlySpan<byte> attributes, Func<Address, Transport, int, bool> unwanted)
    {
        ReadOnlySpan<byte> original = NetlinkAttributes.Find(attributes, TupleOriginal);
        ReadOnlySpan<byte> ip = NetlinkAttributes.Find(original, TupleIp);
        ReadOnlySpan<byte> protocol = NetlinkAttributes.Find(original, TupleProtocol);
        ReadOnlySpan<byte> v4 = NetlinkAttributes.Find(ip, SourceV4);
        ReadOnlySpan<byte> v6 = NetlinkAttributes.Find(ip, SourceV6);
        ReadOnlySpan<byte> number = NetlinkAttributes.Find(protocol, ProtocolNumber);
        if ((v4.Length != 4 && v6.Length != 16) || number.Length != 1)
        {
            return null;
        }

        Address source = v4.Length == 4
            ? Address.FromV4(NetlinkAttributes.UInt32(v4))
            : new Address(NetlinkAttributes.UInt64(v6), NetlinkAttributes.UInt64(v6[8..]));
        ReadOnlySpan<byte> port = NetlinkAttributes.Find(protocol, DestinationPort);
        return unwanted(source, (Transport)number[0], port.Length == 2 ? BinaryPrimitives.ReadUInt16BigEndian(port) : 0)
            ? new Entry(
                family,
                original.ToArray(),
                NetlinkAttributes.Find(attributes, EntryId).ToArray(),
                NetlinkAttributes.Find(attributes, EntryZone).ToArray())
            : null;
    }

    private int Ask(int type, NetlinkFlags flags, byte family, Action<NetlinkWriter> write, NetlinkHandler handler)
    {
        var writer = new NetlinkWriter();
        uint sequence = _tracking.NextSequence();
        writer.Begin(type, NetlinkFlags.Request | flags, sequence);
        writer.Raw([family, 0, 0, 0]);
        write(writer);
        writer.End();
        return _tracking.Request(writer.Written, sequence, handler, out _);
    }

    private sealed record Entry(byte Family, byte[] Original, byte[] Id, byte[] Zone);
}
