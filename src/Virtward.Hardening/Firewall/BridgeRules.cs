using Virtward.Core.Policy;
using Virtward.Exposure.Topology;

namespace Virtward.Hardening.Firewall;

/// <summary>
/// What only the bridge family can say: that a guest is no router, and which packets of a bridge that guests share with others are a guest's. Which guests reach which
/// on a bridge is for libvirt's isolated ports.
/// </summary>
internal static class BridgeRules
{
    /// <summary>
    /// The bit of a packet's mark that says that a guest sent it. Only frames for the host itself get it, on shared bridges only. Others' marks keep their bits: it
    /// is none of Kubernetes' (0xc000), Tailscale's (0xff0000) or wg-quick's.
    /// </summary>
    public const string GuestMark = "0x08000000";

    /// <summary>The chains of the table <c>bridge virtward</c>; none where there are no guests.</summary>
    public static IEnumerable<ChainText> Of(HostPolicy policy, FirewallZones zones, HostNetwork network)
    {
        if (zones.GuestPorts.IsEmpty)
        {
            yield break;
        }

        List<string> rules = [];
        foreach (string guest in FirewallText.Names("iifname", zones.GuestPorts))
        {
            rules.Add($"{guest}icmpv6 type nd-router-advert counter drop{FirewallText.Comment("a guest is no router")}");
            rules.Add($"{guest}ether type ip6 udp sport 547 udp dport 546 counter drop{FirewallText.Comment("a guest gives no addresses")}");
        }

        if (policy.Ipv6 == Ipv6Policy.Off)
        {
            // The host's own switch does not reach what a bridge only passes on.
            string[] outside = [.. network.Interfaces.Where(one => one.Master is string bridge && zones.SharedBridges.Contains(bridge) && !zones.GuestPorts.Any(pattern => FirewallZones.Matches(pattern, one.Name)))
                .Select(static one => one.Name)];
            foreach (string key in (ReadOnlySpan<string>)["iifname", "oifname"])
            {
                foreach (string port in FirewallText.Names(key, outside))
                {
                    rules.Add($"{port}ether type ip6 counter drop{FirewallText.Comment("IPv6 is off")}");
                    rules.Add($"{port}vlan type ip6 counter drop{FirewallText.Comment("IPv6 is off")}");
                }
            }
        }

        yield return new ChainText("policy_guests", "type filter hook forward priority 0; policy accept;", [.. rules]);
        if (!zones.SharedBridges.IsEmpty)
        {
            yield return new ChainText("policy_marks", "type filter hook input priority 0; policy accept;",
                [.. FirewallText.Names("iifname", zones.GuestPorts).Select(static guest => $"{guest}meta mark set meta mark | {GuestMark}{FirewallText.Comment("from a guest")}")]);
        }
    }
}
