using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// Which socket of the host takes packets, as TCP and UDP find it, and as rules may ask for it or hand packets to it. Sockets with a peer are not among them: packets that
/// begin a flow meet none. Sources: __inet_lookup_listener (net/ipv4/inet_hashtables.c), __udp4_lib_lookup (net/ipv4/udp.c), nft_tproxy.c, nft_socket.c.
/// </summary>
internal sealed class SocketLookup
{
    // The number of a socket that nobody knows.
    private const uint Unknown = uint.MaxValue;

    private const int Tcp = 6;
    private const int Udp = 17;
    private const int Icmp = 1;
    private const int Icmp6 = 58;
    private static readonly BitValue None = BitValue.Of(0, 32);

    private readonly Room _room;
    private readonly ImmutableArray<LocalSocket> _sockets;

    /// <summary>Takes the host's sockets in.</summary>
    public SocketLookup(Room room, ImmutableArray<LocalSocket>? sockets)
    {
        _room = room;
        AreKnown = sockets is not null;

        // Several may share a place (SO_REUSEPORT), and which of them takes a packet is the kernel's draw.
        _sockets =
        [
            .. (sockets ?? []).GroupBy(static socket => socket with { Transparent = null })
                .Select(static same => same.Key with { Transparent = same.All(one => one.Transparent == same.First().Transparent) ? same.First().Transparent : null })
                .OrderBy(static socket => socket.Wildcard).ThenBy(static socket => socket.Device is null).ThenBy(static socket => !socket.Address.IsV4),
        ];
    }

    /// <summary>The number of a socket; 0: there is none such.</summary>
    public uint NumberOf(LocalSocket socket)
    {
        for (int at = 0; at < _sockets.Length; at++)
        {
            if (_sockets[at] with { Transparent = socket.Transparent } == socket)
            {
                return (uint)at + 1;
            }
        }

        return 0;
    }

    /// <summary>Whether all sockets of the host are known.</summary>
    public bool AreKnown { get; }

    /// <summary>The socket that takes a single packet; null: none, or nobody knows which.</summary>
    public LocalSocket? Of(PacketState state) => !AreKnown ? null
        : Belonging(state).Where(static found => found.Set != BddManager.False).Select(found => _sockets[(int)found.Number - 1]).FirstOrDefault();

    /// <summary>
    /// Hands packets to the transparent socket at an address and port (nft_tproxy_eval_v4, nft_tproxy_eval_v6).
    /// </summary>
    /// <param name="state">The packets.</param>
    /// <param name="within">Which of them.</param>
    /// <param name="address">The address; null: the first of the device that they came in by (nf_tproxy_laddr4, nf_tproxy_laddr6).</param>
    /// <param name="port">The port; null: the one that they are sent to.</param>
    /// <param name="taken">Those that a socket takes.</param>
    /// <returns>The number of the socket.</returns>
    public BitValue HandTo(PacketState state, int within, BitValue? address, BitValue? port, out int taken)
    {
        BitValue to = port is { } given
            ? _room.Sets.Choose(_room.Sets.Equal(given, 0), state[Slot.DestinationPort], given.Resize(16))
            : state[Slot.DestinationPort];
        BitValue at = address is { } named && !(named.IsNumber && named.Number == 0) ? named.Resize(state.V6 ? 128 : 32) : AddressOf(state);
        if (!AreKnown)
        {
            taken = _room.Manager.And(within, _room.Unknown("whether a local socket takes what tproxy hands on: the host's sockets are not known"));
            return BitValue.Of(Unknown, 32);
        }

        taken = BddManager.False;
        BitValue number = None;
        foreach ((int set, uint found) in Find(state, within, at, to))
        {
            int transparent = _room.Manager.And(set, IsTransparent(found));
            if (transparent != BddManager.False)
            {
                number = taken == BddManager.False ? BitValue.Of(found, 32) : _room.Sets.Choose(transparent, BitValue.Of(found, 32), number);
                taken = _room.Manager.Or(taken, transparent);
            }
        }

        return number;
    }

    /// <summary>Whether a field asks for the socket that packets belong to.</summary>
    public static bool Reads(PacketField? field) =>
        field is PacketField.SocketTransparent or PacketField.SocketWildcard or PacketField.SocketMark or PacketField.SocketCgroup;

    /// <summary>What a rule reads of the socket that packets belong to (nft_socket_eval).</summary>
    /// <param name="field">What it asks for.</param>
    /// <param name="state">The packets.</param>
    /// <param name="incoming">Whether they have come in; the host's own have their sender's socket.</param>
    /// <param name="defined">Those that have one.</param>
    /// <returns>The value; null: it is not known which socket theirs is.</returns>
    public BitValue? Read(PacketField field, PacketState state, bool incoming, out int defined)
    {
        defined = BddManager.True;
        if (incoming && state.Protocol is not (Tcp or Udp) && !IsError(state))
        {
            defined = BddManager.False;
            return BitValue.Of(0, 8);
        }

        // What is of a flow already may have a socket of its own, and an error has that of the packet that it is about.
        if (!incoming || !AreKnown || state.Protocol is not (Tcp or Udp) || state.Reply || state.Tracking is Tracking.Established or Tracking.Related)
        {
            return null;
        }

        int some = BddManager.False;
        int yes = BddManager.False;
        foreach ((int set, uint found) in Belonging(state))
        {
            LocalSocket socket = _sockets[(int)found - 1];
            some = _room.Manager.Or(some, set);
            yes = _room.Manager.Or(yes, _room.Manager.And(set, field == PacketField.SocketTransparent ? IsTransparent(found) : socket.Wildcard ? BddManager.True : BddManager.False));
        }

        defined = some;
        return some == BddManager.False ? BitValue.Of(0, 8)
            : field is PacketField.SocketTransparent or PacketField.SocketWildcard ? BitValue.Of([.. Enumerable.Repeat(BddManager.False, 7), yes]) : null;
    }

    private IEnumerable<(int Set, uint Number)> Belonging(PacketState state)
    {
        int free = _room.Sets.Equal(state[Slot.Socket], 0);
        for (uint number = 1; free != BddManager.True && number <= _sockets.Length; number++)
        {
            int set = _room.Sets.Equal(state[Slot.Socket], number);
            if (set != BddManager.False)
            {
                yield return (set, number);
            }
        }

        foreach ((int Set, uint Number) found in Find(state, free, state[Slot.DestinationAddress], state[Slot.DestinationPort]))
        {
            yield return found;
        }
    }

    // One that is bound to the address before one that is bound to none, then one of the device before one of none, then one of IPv4 (compute_score).
    private IEnumerable<(int Set, uint Number)> Find(PacketState state, int within, BitValue address, BitValue port)
    {
        int left = within;
        for (int at = 0; at < _sockets.Length && left != BddManager.False; at++)
        {
            LocalSocket socket = _sockets[at];
            if (socket.Protocol != state.Protocol || !socket.Takes(state.V6) || (socket.Device is { } device && device != state.In?.Name))
            {
                continue;
            }

            int set = _room.Manager.And(left, _room.Sets.Equal(port, (UInt128)socket.Port));
            set = socket.Wildcard ? set : _room.Manager.And(set, _room.Sets.Equal(address, socket.Address.IsV4 ? socket.Address.V4 : socket.Address.Value));
            if (set != BddManager.False)
            {
                yield return (set, (uint)at + 1);
                left = _room.Manager.Minus(left, set);
            }
        }
    }

    private int IsTransparent(uint number) => _sockets[(int)number - 1] switch
    {
        { Transparent: true } => BddManager.True,
        { Transparent: false } => BddManager.False,
        var socket => _room.Unknown($"whether {socket} takes packets for others' addresses"),
    };

    // extract_icmp4_fields, extract_icmp6_fields (nf_socket_ipv4.c, nf_socket_ipv6.c)
    private static bool IsError(PacketState state) => state.Protocol == (state.V6 ? Icmp6 : Icmp)
        && (state[Slot.IcmpType] is not { IsNumber: true, Number: var type } || (state.V6 ? type < 128 : (int)(uint)type is 3 or 4 or 5 or 11 or 12));

    private static BitValue AddressOf(PacketState state)
    {
        Address? own = state.In?.Addresses.FirstOrDefault(one => one.Address.IsV4 != state.V6 && one.Preferred)?.Address;
        return own is { } address ? BitValue.Of(address.IsV4 ? address.V4 : address.Value, state.V6 ? 128 : 32) : state[Slot.DestinationAddress];
    }
}
