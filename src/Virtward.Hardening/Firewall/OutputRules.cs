using Virtward.Core.Policy;

namespace Virtward.Hardening.Firewall;

/// <summary>What the host itself may open, where the policy says so; and nothing by IPv6 where that is off.</summary>
internal static class OutputRules
{
    /// <summary>The chain; none where everything may leave.</summary>
    public static IEnumerable<ChainText> Of(HostPolicy policy, FirewallZones zones)
    {
        bool v6 = policy.Ipv6 == Ipv6Policy.On;
        if (policy.Firewall.Output is null && v6)
        {
            yield break;
        }

        List<string> rules = [$"oifname \"lo\" accept{FirewallText.Comment("the host to itself")}", InputRules.State[0]];
        if (!v6)
        {
            rules.Add($"icmpv6 type {{ nd-neighbor-solicit, nd-neighbor-advert }} ip6 hoplimit 255 accept{FirewallText.Comment("neighbours: RFC 4890")}");
            rules.Add($"{FirewallText.Only(false)}counter drop{FirewallText.Comment("IPv6 is off")}");
        }

        if (policy.Firewall.Output is { } ports)
        {
            rules.Add($"meta l4proto {{ icmp, ipv6-icmp }} accept{FirewallText.Comment("ping, errors, neighbours")}");
            rules.Add($"udp sport {{ 68, 546 }} udp dport {{ 67, 547 }} accept{FirewallText.Comment("our DHCP client")}");
            rules.AddRange(FirewallText.Names("oifname", zones.GuestBridges).Select(static guests => $"{guests}udp sport {{ 67, 547 }} udp dport {{ 68, 546 }} accept{FirewallText.Comment("addresses for guests")}"));
            rules.AddRange(FirewallText.Ports(ports).Select(static match => $"{match}accept{FirewallText.Comment("host: what it may open")}"));
            rules.Add($"counter drop{FirewallText.Comment("host: the rest")}");
        }
        else
        {
            rules.Add($"accept{FirewallText.Comment("host: it may open anything")}");
        }

        yield return new ChainText("policy_output", "type filter hook output priority -10; policy drop;", [.. rules]);
    }
}
