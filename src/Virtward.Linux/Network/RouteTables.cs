using System.Runtime.InteropServices;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Network;

/// <summary>The host's addresses and gateways by rtnetlink(7).</summary>
/// <param name="socket">A socket of <see cref="NetlinkProtocol.Route"/>.</param>
public sealed class RouteTables(NetlinkSocket socket)
{
    // linux/rtnetlink.h, if_addr.h, nexthop.h.
    private const int GetAddress = 22;
    private const int GetRoute = 26;
    private const int GetNextHop = 106;
    private const int AddressPeer = 1;
    private const int AddressLocal = 2;
    private const int RouteGateway = 5;
    private const int RouteMultipath = 9;
    private const int RouteVia = 18;
    private const int NextHopGateway = 6;
    private const int NotSupported = 95;

    private const int AddressHeader = 8;
    private const int RouteHeader = 12;
    private const int NextHopHeader = 8;

    /// <summary>The groups whose notifications tell that an answer may have changed: RTNLGRP_IPV4_IFADDR, IPV4_ROUTE, IPV6_IFADDR, IPV6_ROUTE.</summary>
    public static ReadOnlySpan<int> Groups => [5, 7, 9, 11];

    /// <summary>Every address of every interface.</summary>
    public Result<HashSet<Address>> OwnAddresses()
    {
        HashSet<Address> own = [];
        int error = Dump(GetAddress, AddressHeader, attributes =>
        {
            // On a point-to-point link the plain attribute is the peer, the local one our own (if_addr.h).
            ReadOnlySpan<byte> local = NetlinkAttributes.Find(attributes, AddressLocal);
            Add(own, local.IsEmpty ? NetlinkAttributes.Find(attributes, AddressPeer) : local);
        });
        return error == 0 ? own : NetlinkSocket.Failure("cannot read the host's addresses", error);
    }

    /// <summary>The gateways of all routes of all tables, those of several hops and of next-hop objects too.</summary>
    public Result<HashSet<Address>> Gateways()
    {
        HashSet<Address> gateways = [];
        int error = Dump(GetRoute, RouteHeader, attributes =>
        {
            AddGateway(gateways, attributes);
            ReadOnlySpan<byte> hops = NetlinkAttributes.Find(attributes, RouteMultipath);

            // struct rtnexthop: its length, flags, hops and interface, then attributes.
            while (hops.Length >= 8 && MemoryMarshal.Read<ushort>(hops) is >= 8 and ushort length && length <= hops.Length)
            {
                AddGateway(gateways, hops[8..length]);
                hops = hops[Math.Min((length + 3) & ~3, hops.Length)..];
            }
        });
        if (error == 0)
        {
            // Next-hop objects are there since Linux 5.3.
            error = Dump(GetNextHop, NextHopHeader, attributes => Add(gateways, NetlinkAttributes.Find(attributes, NextHopGateway)));
            error = error == NotSupported ? 0 : error;
        }

        return error == 0 ? gateways : NetlinkSocket.Failure("cannot read the routes", error);
    }

    private static void AddGateway(HashSet<Address> gateways, ReadOnlySpan<byte> attributes)
    {
        Add(gateways, NetlinkAttributes.Find(attributes, RouteGateway));

        // RTA_VIA: a gateway of the other family, its family first (RFC 5549).
        ReadOnlySpan<byte> via = NetlinkAttributes.Find(attributes, RouteVia);
        if (via.Length > 2)
        {
            Add(gateways, via[2..]);
        }
    }

    private static void Add(HashSet<Address> addresses, ReadOnlySpan<byte> bytes)
    {
        if (NetlinkAttributes.ToAddress(bytes) is { } address)
        {
            addresses.Add(address);
        }
    }

    private int Dump(int type, int headerLength, AttributesHandler handler)
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
                    handler(payload[headerLength..]);
                }
            },
            out _);
    }

    private delegate void AttributesHandler(ReadOnlySpan<byte> attributes);
}
