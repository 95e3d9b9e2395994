using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Sockets;

/// <summary>The interfaces of the calling thread's network namespace by rtnetlink(7), each with what it hangs on in another.</summary>
/// <param name="socket">A socket of <see cref="NetlinkProtocol.Route"/>, opened in that namespace.</param>
internal sealed class NamespaceLinks(NetlinkSocket socket)
{
    // linux/rtnetlink.h, if_link.h, if_addr.h, net_namespace.h.
    private const int GetLink = 18;
    private const int GetAddress = 22;
    private const int GetNamespaceId = 90;
    private const int LinkName = 3;
    private const int LinkLower = 5;
    private const int LinkInfo = 18;
    private const int LinkNamespaceId = 37;
    private const int InfoKind = 1;
    private const int AddressPeer = 1;
    private const int AddressLocal = 2;
    private const int NamespaceId = 1;
    private const int NamespaceDescriptor = 3;
    private const int LinkHeader = 16;
    private const int AddressHeader = 8;
    private const int IdHeader = 4;
    private const uint Loopback = 8;
    private const int None = -1;

    /// <summary>One interface.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Kind">What made it; empty for hardware.</param>
    /// <param name="OuterIndex">The number, in the other namespace asked about, of the device it hangs on; 0: none there.</param>
    /// <param name="Addresses">Its addresses.</param>
    public readonly record struct Entry(string Name, string Kind, int OuterIndex, ImmutableArray<Address> Addresses);

    /// <summary>Lists all but loopback.</summary>
    /// <param name="outer">A descriptor of the other namespace.</param>
    public Result<List<Entry>> List(int outer)
    {
        Dictionary<int, List<Address>> addresses = [];
        List<(int Index, string Name, string Kind, int Lower, int Id)> links = [];
        int error = Dump(GetAddress, AddressHeader, (header, attributes) =>
        {
            ReadOnlySpan<byte> local = NetlinkAttributes.Find(attributes, AddressLocal);
            local = local.IsEmpty ? NetlinkAttributes.Find(attributes, AddressPeer) : local;
            int index = MemoryMarshal.Read<int>(header[4..]);
            if (NetlinkAttributes.ToAddress(local) is { } address)
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(addresses, index, out _) ??= []).Add(address);
            }
        });
        error = error != 0 ? error : Dump(GetLink, LinkHeader, (header, attributes) =>
        {
            if ((MemoryMarshal.Read<uint>(header[8..]) & Loopback) == 0)
            {
                ReadOnlySpan<byte> lower = NetlinkAttributes.Find(attributes, LinkLower);
                ReadOnlySpan<byte> id = NetlinkAttributes.Find(attributes, LinkNamespaceId);
                links.Add((
                    MemoryMarshal.Read<int>(header[4..]),
                    NetlinkAttributes.Text(NetlinkAttributes.Find(attributes, LinkName)),
                    NetlinkAttributes.Text(NetlinkAttributes.Find(NetlinkAttributes.Find(attributes, LinkInfo), InfoKind)),
                    lower.Length < 4 ? 0 : MemoryMarshal.Read<int>(lower),
                    id.Length < 4 ? None : MemoryMarshal.Read<int>(id)));
            }
        });
        if (error != 0)
        {
            return NetlinkSocket.Failure("cannot read the interfaces", error);
        }

        // Asked after the links: listing them numbers the namespaces that they lead to.
        int host = IdOf(outer);
        return links.ConvertAll(link => new Entry(
            link.Name, link.Kind, link.Id != None && link.Id == host ? link.Lower : 0, [.. addresses.GetValueOrDefault(link.Index) ?? []]));
    }

    // The number that this namespace knows another by (RTM_GETNSID); -1: none.
    private int IdOf(int outer)
    {
        int found = None;
        var writer = new NetlinkWriter();
        uint sequence = socket.NextSequence();
        writer.Begin(GetNamespaceId, NetlinkFlags.Request | NetlinkFlags.Acknowledge, sequence);
        writer.Raw(stackalloc byte[IdHeader]);
        Span<byte> descriptor = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(descriptor, outer);
        writer.Bytes(NamespaceDescriptor, descriptor);
        writer.End();
        _ = socket.Request(
            writer.Written,
            sequence,
            (_, payload) =>
            {
                ReadOnlySpan<byte> id = payload.Length < IdHeader ? default : NetlinkAttributes.Find(payload[IdHeader..], NamespaceId);
                found = id.Length < 4 ? None : MemoryMarshal.Read<int>(id);
            },
            out _);
        return found;
    }

    private int Dump(int type, int headerLength, EntryHandler handler)
    {
        var writer = new NetlinkWriter();
        uint sequence = socket.NextSequence();
        writer.Begin(type, NetlinkFlags.Request | NetlinkFlags.Dump, sequence);
        writer.Raw(stackalloc byte[headerLength]);
        writer.End();
        return socket.Request(
            writer.Written,
            sequence,
            (_, payload) =>
            {
                if (payload.Length >= headerLength)
                {
                    handler(payload[..headerLength], payload[headerLength..]);
                }
            },
            out _);
    }

    private delegate void EntryHandler(ReadOnlySpan<byte> header, ReadOnlySpan<byte> attributes);
}
