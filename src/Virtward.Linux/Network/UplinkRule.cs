using System.Collections.Immutable;

namespace Virtward.Linux.Network;

/// <summary>Which devices lead outside and feed guests past the host's IP layer.</summary>
public static class UplinkRule
{
    /// <summary>Picks them.</summary>
    /// <param name="links">Every device of the namespace.</param>
    /// <returns>Their names, in ordinal order.</returns>
    public static ImmutableArray<string> Pick(IReadOnlyCollection<NetworkLink> links)
    {
        var byIndex = new Dictionary<int, NetworkLink>(links.Count);
        foreach (NetworkLink link in links)
        {
            byIndex[link.Index] = link;
        }

        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (NetworkLink link in links)
        {
            if (LeadsOutside(link.Kind) && byIndex.TryGetValue(link.Master, out NetworkLink master) && Switches(master.Kind))
            {
                names.Add(link.Name);
            }

            // Frames for a macvtap are taken out of what its lower device receives, after the ingress hook of that.
            if (FeedsAGuest(link.Kind) && byIndex.TryGetValue(link.Lower, out NetworkLink lower))
            {
                names.Add(lower.Name);
            }
        }

        return [.. names];
    }

    // Open vSwitch's ports have the datapath's device as their master.
    private static bool Switches(string kind) => kind is "bridge" or "openvswitch";

    // As ports: a tap is a guest's, a veth or netkit a container's, an openvswitch port the host's own; nothing comes in at a dummy
    // or an ifb. Hardware has no kind. All others (bond, team, vlan, macvlan, vxlan, gretap ...) are ways to elsewhere.
    private static bool LeadsOutside(string kind) => kind is not ("tun" or "veth" or "netkit" or "openvswitch" or "dummy" or "ifb");

    private static bool FeedsAGuest(string kind) => kind is "macvtap" or "ipvtap";
}
