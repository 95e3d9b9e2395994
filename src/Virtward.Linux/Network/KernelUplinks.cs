using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Network;

/// <summary>
/// The uplinks of this host by rtnetlink(7). It belongs to the network namespace of the thread that opened it, and is thread-safe.
/// </summary>
public sealed class KernelUplinks : IUplinks
{
    // linux/rtnetlink.h, if_link.h.
    private const int GetLink = 18;
    private const int LinkGroup = 1;
    private const int LinkHeader = 16;
    private const int LinkName = 3;
    private const int LinkLower = 5;
    private const int LinkMaster = 10;
    private const int LinkInfo = 18;
    private const int LinkExtendedMask = 29;
    private const int LinkLowerNamespace = 37;
    private const int InfoKind = 1;
    private const uint SkipStatistics = 1 << 3;

    // A list that changed while it was read may miss a device; the notification of that change brings us here again.
    private const int Attempts = 5;

    private readonly Lock _lock = new();
    private readonly NetlinkSocket _socket;
    private readonly NetlinkWatch _watch;

    private KernelUplinks(NetlinkSocket socket, NetlinkWatch watch)
    {
        _socket = socket;
        _watch = watch;
    }

    /// <summary>Opens it in the calling thread's network namespace.</summary>
    public static Result<KernelUplinks> Open()
    {
        if (NetlinkSocket.Open(NetlinkProtocol.Route).TryGet(out NetlinkSocket? socket, out Problem? problem)
            && NetlinkWatch.Open(NetlinkProtocol.Route, [LinkGroup]).TryGet(out NetlinkWatch? watch, out problem))
        {
            return new KernelUplinks(socket, watch);
        }

        socket?.Dispose();
        return problem;
    }

    /// <inheritdoc/>
    public Result<ImmutableArray<string>> Read()
    {
        List<NetworkLink> links = [];
        lock (_lock)
        {
            bool interrupted = true;
            for (int attempt = 0; interrupted && attempt < Attempts; attempt++)
            {
                links.Clear();
                int error = List(links, out interrupted);
                if (error != 0)
                {
                    return NetlinkSocket.Failure("cannot list the network devices", error);
                }
            }
        }

        return UplinkRule.Pick(links);
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel) => _watch.WaitAsync(atMost, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _socket.Dispose();
    }

    // struct ifinfomsg: family, padding, type, index, flags, change; then attributes. Numbers are in the host's byte order.
    private static NetworkLink Link(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> attributes = message[LinkHeader..];
        bool lowerIsElsewhere = !NetlinkAttributes.Find(attributes, LinkLowerNamespace).IsEmpty;
        return new NetworkLink(
            MemoryMarshal.Read<int>(message[4..]),
            NetlinkAttributes.Text(NetlinkAttributes.Find(attributes, LinkName)),
            NetlinkAttributes.Text(NetlinkAttributes.Find(NetlinkAttributes.Find(attributes, LinkInfo), InfoKind)),
            Number(NetlinkAttributes.Find(attributes, LinkMaster)),
            lowerIsElsewhere ? 0 : Number(NetlinkAttributes.Find(attributes, LinkLower)));
    }

    private static int Number(ReadOnlySpan<byte> value) => value.Length >= 4 ? MemoryMarshal.Read<int>(value) : 0;

    private int List(List<NetworkLink> links, out bool interrupted)
    {
        var writer = new NetlinkWriter();
        uint sequence = _socket.NextSequence();
        writer.Begin(GetLink, NetlinkFlags.Request | NetlinkFlags.Dump, sequence);
        writer.Raw(stackalloc byte[LinkHeader]);
        uint mask = SkipStatistics;
        writer.Bytes(LinkExtendedMask, MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in mask)));
        writer.End();
        return _socket.Request(
            writer.Written,
            sequence,
            (_, payload) =>
            {
                if (payload.Length >= LinkHeader)
                {
                    links.Add(Link(payload));
                }
            },
            out interrupted);
    }
}
