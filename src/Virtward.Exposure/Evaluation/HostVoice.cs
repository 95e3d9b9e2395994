using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// What the host says by itself in a simulated life: answers, resets, errors. They meet the host's output rules, fill its sets and take from its limits
/// as all packets do (net/ipv4/icmp.c, net/ipv6/icmp.c, nf_reject_ipv4.c, nf_reject_ipv6.c, tcp_ipv4.c).
/// </summary>
internal sealed class HostVoice(Room room, IReadOnlySet<int> listening)
{
    private const int Syn = 2;
    private const int Reset = 4;
    private const int Acknowledge = 16;
    private const int Icmp = 1;
    private const int Icmp6 = 58;
    private const int Tcp = 6;
    private const int UdpLite = 136;
    private const int Redirect6 = 137;
    private const int Unreachable = 3;
    private const int Unreachable6 = 1;
    private const int Port = 3;
    private const int Port6 = 4;

    private static readonly Slot[] FlowSlots =
    [
        Slot.FlowMark, Slot.FlowStatus, Slot.OriginalSource, Slot.OriginalDestination, Slot.OriginalSourcePort, Slot.OriginalDestinationPort,
    ];

    /// <summary>ICMP's type and code of a <c>reject</c>, as it is printed; type 0 for a reset.</summary>
    public static (int Type, int Code) Refusal(string with, bool v6)
    {
        string reason = with.Length == 0 ? "port-unreachable" : with[(with.LastIndexOf(' ') + 1)..];
        return with.Contains("reset", StringComparison.Ordinal) ? (0, 0) : v6
            ? (Unreachable6, reason switch
            {
                "no-route" or "net-unreachable" => 0,
                "admin-prohibited" or "host-prohibited" or "net-prohibited" => 1,
                "addr-unreachable" or "host-unreachable" => 3,
                "policy-fail" => 5,
                "reject-route" => 6,
                _ => Port6,
            })
            : (Unreachable, reason switch
            {
                "no-route" or "net-unreachable" => 0,
                "host-unreachable" or "addr-unreachable" => 1,
                "prot-unreachable" or "proto-unreachable" => 2,
                "net-prohibited" => 9,
                "host-prohibited" => 10,
                "admin-prohibited" => 13,
                _ => Port,
            });
    }

    /// <summary>
    /// Whether a rule refuses a packet in silence, as its sum does not add up (nf_reject_verify_csum, nf_ip6_checksum): ICMP of the other family, which sums otherwise.
    /// </summary>
    public static bool IsUnverified(PacketState state) => state.Protocol == (state.V6 ? Icmp : Icmp6);

    /// <summary>ICMP's type and code where the kernel itself finds no way: no route, a route that refuses, or the time to live is over.</summary>
    public static (int Type, int Code) Refusal(RouteType route, bool expired, bool v6) => (route, expired, v6) switch
    {
        (_, true, false) => (11, 0),
        (_, true, true) => (3, 0),
        (RouteType.Prohibit, _, false) => (Unreachable, 13),
        (RouteType.Prohibit, _, true) => (Unreachable6, 1),
        (RouteType.Unreachable, _, false) => (Unreachable, 1),
        (_, _, false) => (Unreachable, 0),
        _ => (Unreachable6, 0),
    };

    /// <summary>The answer to what has arrived; null: there is none.</summary>
    public PacketState? Answer(PacketState state)
    {
        if (!state[Slot.DestinationPort].IsNumber || !state[Slot.IcmpType].IsNumber)
        {
            return null;
        }

        int flags = (int)(uint)state[Slot.TcpFlags].Number;
        RouteType type = state.Route?.Type ?? RouteType.Local;

        // A known socket that answers nobody swallows what it gets, and where all are known, what is not answered by one is refused.
        LocalSocket? socket = room.Sockets.Of(state);
        bool open = (socket is not null || !room.Sockets.AreKnown) && listening.Contains(socket?.Port ?? (int)(uint)state[Slot.DestinationPort].Number);
        return (state.Protocol, (int)(uint)state[Slot.IcmpType].Number) switch
        {
            (Icmp6, 128) when state.V6 && type is RouteType.Anycast or RouteType.Multicast => EchoForMany(state, type),
            (UdpLite, _) when type is RouteType.Local or RouteType.Anycast => Error(state, state.V6 ? (Unreachable6, Port6) : (Unreachable, Port)),

            // A reset is not sent from an address that stands for several hosts (tcp_v6_send_reset). TCP asks nobody whether a packet is of a flow.
            _ when type != RouteType.Local => null,
            (Tcp, _) when TcpTracking.IsReset(flags) => null,
            (Tcp, _) when open => state.Tracking == Tracking.New && (flags & (Syn | Acknowledge)) == Syn ? Swap(state, Syn | Acknowledge, 0) : null,
            (Tcp, _) when socket is not null => null,
            (Tcp, _) => ByItsDevice(FromSomebody(Swap(state, ResetTo(flags), 0), state), state),
            (Icmp, 8) when !state.V6 => FromSomebody(Swap(state, 0, 0), state),
            (Icmp, 13) when !state.V6 => FromSomebody(Swap(state, 0, 14), state),
            (Icmp6, 128) when state.V6 => Swap(state, 0, 129),
            _ => null,
        };
    }

    // rt6_need_strict: to ::1 a reset goes only by the device of the address that was asked (tcp_v6_send_response), which seldom leads there; the answer to an echo goes by the loopback.
    private static PacketState? ByItsDevice(PacketState? answer, PacketState to)
    {
        if (answer is null)
        {
            return null;
        }

        answer.OnlyBy = to.V6 && to[Slot.SourceAddress] is { IsNumber: true } source && source.Number == 1 ? to.Route?.Device : null;
        return answer;
    }

    // What the host has sent to 0.0.0.0, itself, is answered from an address that the way back has (ip_send_unicast_reply, icmp_reply).
    private PacketState? FromSomebody(PacketState answer, PacketState to)
    {
        if (to.V6 || to[Slot.DestinationAddress].Number != 0)
        {
            return answer;
        }

        if (SourceTowards(to) is not { } source)
        {
            return null;
        }

        answer.Set(Slot.SourceAddress, BitValue.Of(source.V4, 32));
        return answer;
    }

    // icmpv6_echo_reply: what was for many is answered from an address of the way back, by the device that it came in by only (ip6_dst_lookup_tail, RT6_LOOKUP_F_IFACE).
    private PacketState? EchoForMany(PacketState state, RouteType type)
    {
        bool anycast = type == RouteType.Anycast;
        if (room.Network.Sysctl(anycast ? "net.ipv6.icmp.echo_ignore_anycast" : "net.ipv6.icmp.echo_ignore_multicast") != 0)
        {
            return null;
        }

        PacketState reply = Swap(state, 0, 129);
        if (anycast && room.Network.Sysctl("net.ipv6.anycast_src_echo_reply") != 0)
        {
            return reply;
        }

        // icmp6_dev: of what came from the host itself, the address's own device.
        NetworkInterface? device = state.In is { Loopback: false } incoming ? incoming : room.Network.Find(state.Route?.Device);
        if (device is null || !state[Slot.SourceAddress].IsNumber)
        {
            return null;
        }

        RouteHit? way = room.Router.Find(
            true, BitValue.Of(0, 128), state[Slot.SourceAddress], BitValue.Of(0, 32), room.Network.Loopback.Name, device.Name, BddManager.True).FirstOrDefault().Hit;
        if (way is not { Type: RouteType.Unicast or RouteType.Local }
            || (way.PreferredSource ?? room.Network.SelectAddress(device, ToAddress(state, Slot.SourceAddress))) is not { } source)
        {
            return null;
        }

        reply.Set(Slot.SourceAddress, BitValue.Of(source.Value, 128));
        reply.OnlyBy = device.Name;
        return reply;
    }

    /// <summary>The reset that a <c>reject</c> sends: it carries the packet's flow; to a packet of none it is looked up for itself (nf_ct_attach).</summary>
    public PacketState? ResetFor(PacketState refused)
    {
        bool unsaid = refused.V6
            ? IsForMany(refused[Slot.SourceAddress].Number, true, true) || IsForMany(refused[Slot.DestinationAddress].Number, true, false)
            : IsAboutMany(refused);
        if (unsaid)
        {
            return null;
        }

        PacketState reset = Swap(refused, ResetTo((int)(uint)refused[Slot.TcpFlags].Number), 0);
        Attach(reset, refused);

        // nf_nat_inet_fn: of a flow that is not known yet, the rules of translation meet the reset first; ICMP never meets them (nf_nat_ipv4_fn).
        reset.DestinationBound = refused.DestinationBound || reset.Connection is not null;
        reset.SourceBound = refused.SourceBound || reset.Connection is not null;
        if (!reset.Tracked)
        {
            (reset.DestinationBound, reset.SourceBound) = (false, false);
        }

        return reset;
    }

    // Nobody resets a broadcast, nor tells of one (nf_send_reset, icmp_send). Before routing it is the way back that counts: nf_reject_fill_skb_dst makes it the refused packet's own.
    private bool IsAboutMany(PacketState state) => state.Route is { Type: RouteType.Broadcast or RouteType.Multicast }
        || (!state.V6 && state.Route is null && IsToAll(state[Slot.SourceAddress]));

    private bool IsToAll(in BitValue address) => address.IsNumber && room.Router
        .Find(false, BitValue.Of(0, 32), address, BitValue.Of(0, 32), room.Network.Loopback.Name, null, BddManager.True).Exists(static way => way.Hit.Type is RouteType.Broadcast or RouteType.Multicast);

    // nf_conntrack_attach: in the other direction of the packet's flow, be that known yet, or not any more.
    private static void Attach(PacketState to, PacketState about)
    {
        if (about.Tracking is Tracking.Invalid or Tracking.Untracked)
        {
            return;
        }

        to.Tracked = true;
        to.Tracking = Tracking.Related;
        to.Connection = about.Connection;
        to.Carried = about.Carried ?? Life.FlowOf(about);
        to.Reply = !about.Reply;
        to.DestinationBound = true;
        to.SourceBound = true;
        foreach (Slot slot in FlowSlots)
        {
            to.Set(slot, about[slot]);
        }
    }

    /// <summary>The error about a packet; null: none is sent.</summary>
    public PacketState? Error(PacketState about, (int Type, int Code) what)
    {
        BitValue from = about[Slot.SourceAddress];
        BitValue to = about[Slot.DestinationAddress];
        if (what.Type == 0 || !from.IsNumber || !to.IsNumber || IsForMany(from.Number, about.V6, true)
            || (about.V6 ? IsForMany(to.Number, true, false) : IsAboutMany(about)) || SourceTowards(about) is not { } source)
        {
            return null;
        }

        uint header = about.V6 ? 48u : 28u;
        PacketState error = Say(source, from, what, 64, header + UInt128.Min(about[Slot.Length].Number, about.V6 ? 1232u : 548u));
        error.Quoted = Life.TupleOf(about);

        // icmp_glue_bits, icmpv6_getfrag: it carries the packet's flow; about a packet of none it is looked up for itself.
        Attach(error, about);
        return error;
    }

    /// <summary>Whether it is the word that there is a shorter way, of IPv6.</summary>
    public static bool IsRedirect6(PacketState state) => state is { V6: true, Protocol: Icmp6 } && state[Slot.IcmpType] is { IsNumber: true, Number: var type } && type == Redirect6;

    /// <summary>
    /// The word that there is a shorter way, to who had a packet passed on by the device that it came in by (ip6_forward, ndisc_send_redirect); null: none is sent. IPv4's
    /// is an error like others.
    /// </summary>
    public PacketState? Redirect(PacketState about)
    {
        if (!about[Slot.SourceAddress].IsNumber || about.In is not { } device
            || device.Addresses.FirstOrDefault(static own => !own.Address.IsV4 && own.Address.High >> 54 == 0xfe80 >> 6) is not { } link)
        {
            return null;
        }

        Address sender = ToAddress(about, Slot.SourceAddress);
        bool near = sender.High >> 54 == 0xfe80 >> 6;
        (int Set, RouteHit Hit) way = room.Router.Find(
            true, BitValue.Of(link.Address.Value, 128), about[Slot.SourceAddress], BitValue.Of(0, 32), room.Network.Loopback.Name, near ? device.Name : null, BddManager.True).FirstOrDefault();
        return way.Hit is not { Gateway: null, Type: RouteType.Unicast or RouteType.Local } ? null
            : Say(link.Address, about[Slot.SourceAddress], (Redirect6, 0), 255, 88 + ((about[Slot.Length].Number + 8) & ~(UInt128)7));
    }

    private static PacketState Say(Address from, in BitValue to, (int Type, int Code) what, uint ttl, UInt128 length)
    {
        var said = new PacketState { V6 = !from.IsV4, Protocol = from.IsV4 ? Icmp : Icmp6, Own = true, Condition = BddManager.True };
        for (Slot slot = 0; slot < Slot.Count; slot++)
        {
            said.Set(slot, BitValue.Of(0, 32));
        }

        said.Set(Slot.SourceAddress, from.IsV4 ? BitValue.Of(from.V4, 32) : BitValue.Of(from.Value, 128));
        said.Set(Slot.DestinationAddress, to);
        said.Set(Slot.SourcePort, BitValue.Of(0, 16));
        said.Set(Slot.DestinationPort, BitValue.Of(0, 16));
        said.Set(Slot.TimeToLive, BitValue.Of(ttl, 8));
        said.Set(Slot.ServiceClass, from.IsV4 ? BitValue.Of(48, 6) : BitValue.Of(0, 6));
        said.Set(Slot.Congestion, BitValue.Of(0, 2));
        said.Set(Slot.Length, BitValue.Of(length, 32));
        said.Set(Slot.TcpFlags, BitValue.Of(0, 8));
        said.Set(Slot.IcmpType, BitValue.Of((uint)what.Type, 8));
        said.Set(Slot.IcmpCode, BitValue.Of((uint)what.Code, 8));
        return said;
    }

    // icmp_route_lookup: the address that the packet was for, where it is the host's, else one chosen by the way back.
    private Address? SourceTowards(PacketState about)
    {
        Address destination = ToAddress(about, Slot.DestinationAddress);
        bool own = (about.V6 || destination.V4 != 0) && (room.Network.IsOwn(destination) || about.Route is { Type: RouteType.Local or RouteType.Anycast });
        foreach ((int set, RouteHit hit) in room.Router.Find(
            about.V6, BitValue.Of(0, about.V6 ? 128 : 32), about[Slot.SourceAddress], BitValue.Of(0, 32), room.Network.Loopback.Name, null, BddManager.True))
        {
            if (hit.Type == RouteType.Anycast)
            {
                // icmpv6_route_lookup: nobody is told who is one of several.
                return null;
            }

            // Before routing the way back is IPv4's packet's own (nf_reject_fill_skb_dst): only to the host itself it goes from the packet's destination, and from there is
            // no route where a translation has made that somebody else's (ip_route_output_key_hash_rcu).
            if (!about.V6 && about.Route is null ? hit.Type == RouteType.Local : own)
            {
                return own ? destination : null;
            }

            if (set == BddManager.True)
            {
                Address sender = ToAddress(about, Slot.SourceAddress);

                // icmp6_send: by the device that the packet came in by, unless the way back has an address of its own; IPv4 does so where it is told to.
                NetworkInterface? inbound = about.In is { Loopback: false } incoming
                    && (about.V6 || (about.Route is not null && room.Network.Sysctl("net.ipv4.icmp_errors_use_inbound_ifaddr") != 0)) ? incoming : null;
                return hit.Type == RouteType.Local ? sender
                    : inbound is not null && (!about.V6 || hit.PreferredSource is null) ? room.Network.SelectAddress(inbound, sender)
                    : hit.PreferredSource ?? (room.Network.Find(hit.Device) is { } device
                        ? room.Network.SelectAddress(device, about.V6 ? sender : hit.Gateway ?? sender) : null);
            }
        }

        return null;
    }

    // ipv4_is_zeronet: the rest of 0.0.0.0/8 are addresses like others.
    private static bool IsForMany(UInt128 address, bool v6, bool source) =>
        (source && address == 0) || (v6 ? address >> 120 == 0xff : address >> 28 == 0xe || address == uint.MaxValue);

    private static Address ToAddress(PacketState state, Slot slot) =>
        state.V6 ? Address.FromValue(state[slot].Number) : Address.FromV4((uint)state[slot].Number);

    // RFC 9293 section 3.5.2: to what acknowledges, a bare reset.
    private static int ResetTo(int flags) => (flags & Acknowledge) != 0 ? Reset : Reset | Acknowledge;

    private static PacketState Swap(PacketState to, int tcpFlags, int icmpType) => PacketMaker.Answer(to, tcpFlags, icmpType);
}
