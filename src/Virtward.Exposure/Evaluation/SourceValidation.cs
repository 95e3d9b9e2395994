using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>Which IPv4 sources the kernel takes from a device (fib_validate_source, net/ipv4/fib_frontend.c).</summary>
internal sealed class SourceValidation(Room room)
{
    private readonly Dictionary<int[], int> _own = new(ReferenceEqualityComparer.Instance);

    /// <summary>The packets whose source is taken.</summary>
    /// <param name="state">The packets.</param>
    /// <param name="device">Where they came in.</param>
    /// <param name="outgoing">Where they would leave; null: they are for the host.</param>
    /// <param name="toMany">Whether they are for many, so that the way back is looked up from no address of ours (ip_mc_validate_source).</param>
    public int Valid(PacketState state, NetworkInterface device, string? outgoing, bool toMany = false)
    {
        BitValue source = state[Slot.SourceAddress];
        int filter = room.Network.MaxSysctl(device, "rp_filter");
        bool acceptsOwn = room.Network.MaxSysctl(device, "accept_local") != 0;
        bool redirects = outgoing == device.Name && room.Network.EitherSysctl(device, "send_redirects");
        if (filter == 0 && !redirects)
        {
            if (acceptsOwn)
            {
                return BddManager.True;
            }

            if (!room.Router.HasCustomLocalRules)
            {
                return BddManager.Not(Own(source));
            }
        }

        BitValue mark = room.Network.MaxSysctl(device, "src_valid_mark") != 0 ? state[Slot.Mark] : BitValue.Of(0, 32);
        int valid = BddManager.False;
        bool noAddress = !device.Addresses.Any(static own => own.Address.IsV4);
        foreach ((int set, RouteHit hit) in room.Router.Find(
            false, toMany ? BitValue.Of(0, 32) : state[Slot.DestinationAddress], source, mark, outgoing ?? room.Network.Loopback.Name, null, BddManager.True))
        {
            bool good = hit.Type switch
            {
                RouteType.Unspecified or RouteType.Blackhole or RouteType.Unreachable or RouteType.Prohibit => filter == 0,
                RouteType.Local when !acceptsOwn => false,
                RouteType.Unicast or RouteType.Local => hit.Device == device.Name || filter != 1 || (noAddress && filter == 0),
                _ => false,
            };
            valid = good ? room.Manager.Or(valid, set) : valid;
        }

        return valid;
    }

    /// <summary>Whether the sender of one packet that leaves by the device that it came in by is on that link (nhc_scope in __fib_validate_source).</summary>
    public bool IsOnLink(PacketState state, NetworkInterface device)
    {
        BitValue mark = room.Network.MaxSysctl(device, "src_valid_mark") != 0 ? state[Slot.Mark] : BitValue.Of(0, 32);
        RouteHit? Back(string? by) => room.Router.Find(
            false, state[Slot.DestinationAddress], state[Slot.SourceAddress], mark, device.Name, by, BddManager.True).FirstOrDefault().Hit;
        RouteHit? hit = Back(null);
        return (hit?.Device == device.Name ? hit : Back(device.Name)) is { Type: RouteType.Unicast, Gateway: null };
    }

    private int Own(in BitValue source)
    {
        if (source.Bits is { } bits && _own.TryGetValue(bits, out int known))
        {
            return known;
        }

        int own = BddManager.False;
        foreach ((int set, RouteHit hit) in room.Router.FindIn(Router.LocalTable, false, BitValue.Of(0, 32), source, BddManager.True))
        {
            own = hit.Type == RouteType.Local ? room.Manager.Or(own, set) : own;
        }

        foreach ((_, InterfaceAddress address) in room.Network.Addresses(false))
        {
            own = room.Manager.Or(own, room.Sets.Equal(source, address.Address.V4));
        }

        if (source.Bits is { } key)
        {
            _own[key] = own;
        }

        return own;
    }
}
