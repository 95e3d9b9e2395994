using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Firewall;

/// <summary>What gets in to the host itself.</summary>
internal static class InputRules
{
    /// <summary>What belongs to a known connection; what belongs to none.</summary>
    public static readonly ImmutableArray<string> State =
    [
        $"ct state established,related accept{FirewallText.Comment("answers")}",
        $"ct state invalid counter drop{FirewallText.Comment("of no connection")}",
        // The kernel takes a bare ACK for a new connection (nf_conntrack_tcp_loose).
        $"tcp flags & (fin | syn | rst | ack) != syn ct state new counter drop{FirewallText.Comment("only a SYN begins")}",
    ];

    private const string Neighbours = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept";
    private const string Errors6 = "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept";

    /// <summary>The chains.</summary>
    public static IEnumerable<ChainText> Of(HostPolicy policy, AuditFacts facts, FirewallZones zones)
    {
        List<string> rules = [$"iifname \"lo\" accept{FirewallText.Comment("the host to itself")}", .. State];
        bool v6 = policy.Ipv6 == Ipv6Policy.On;
        rules.AddRange(Neighbours + FirewallText.Comment("neighbours, of the link alone: RFC 4890"), Errors6 + FirewallText.Comment("without these connections hang: RFC 4890"));
        if (!v6)
        {
            rules.Add($"{FirewallText.Only(false)}counter drop{FirewallText.Comment("IPv6 is off")}");
        }

        rules.Add($"icmp type {{ destination-unreachable, time-exceeded, parameter-problem }} accept{FirewallText.Comment("without these connections hang: RFC 1191")}");
        rules.AddRange(OfLink(policy, zones, v6));
        foreach (string bridge in FirewallText.Names("iifname", zones.SharedBridges))
        {
            rules.Add($"{bridge}meta mark & {BridgeRules.GuestMark} == {BridgeRules.GuestMark} goto {Name(Zone.Guests)}{FirewallText.Comment("a guest of a bridge that others use too")}");
        }

        rules.AddRange(zones.InOrder().SelectMany(static one => one.Way.From().Select(match => $"{match}goto {Name(one.Zone.Name)}")));
        rules.AddRange(Strangers(zones));
        rules.Add($"goto {Name(Zone.Internet)}{FirewallText.Comment("whoever is of no other zone")}");
        yield return new ChainText("policy_input", "type filter hook input priority -10; policy drop;", [.. rules]);
        IEnumerable<string> names = zones.All.Select(static zone => zone.Name).Append(Zone.Internet);
        foreach (string zone in (zones.SharedBridges.IsEmpty ? names : names.Append(Zone.Guests)).Distinct())
        {
            yield return new ChainText(Name(zone), null, [.. OfZone(policy, facts, zones, zone)]);
        }
    }

    /// <summary>Who comes from a guest's bridge and is none of its guests belongs nowhere, not even to the Internet.</summary>
    public static IEnumerable<string> Strangers(FirewallZones zones) =>
        FirewallText.Names("iifname", zones.GuestBridges).Select(static guests => $"{guests}counter drop{FirewallText.Comment("guests: with addresses that are not theirs")}");

    /// <summary>The chain of what a zone may reach of the host.</summary>
    private static string Name(string zone) => $"policy_from_{FirewallText.Word(zone)}";

    // Nobody's zone, but the link's: neighbours' routers, groups, and addresses for whoever has none yet.
    private static IEnumerable<string> OfLink(HostPolicy policy, FirewallZones zones, bool v6)
    {
        foreach (string guests in FirewallText.Names("iifname", zones.GuestBridges))
        {
            if (v6)
            {
                yield return $"{guests}icmpv6 type nd-router-advert counter drop{FirewallText.Comment("a guest is no router")}";
                yield return $"{guests}icmpv6 type nd-router-solicit ip6 hoplimit 255 accept{FirewallText.Comment("guests look for their router")}";
            }

            yield return $"{guests}udp sport {{ 67, 547 }} udp dport {{ 68, 546 }} counter drop{FirewallText.Comment("a guest gives no addresses")}";
            if (policy.Firewall.GuestServices.Any(static scope => scope.Protocol == Transport.Udp && scope.From <= 67 && scope.To >= 67))
            {
                // Who has no address yet is in no zone; the others ask by their own.
                yield return $"{guests}ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept{FirewallText.Comment("guests ask for addresses")}";
            }

            if (v6 && policy.Firewall.GuestServices.Any(static scope => scope.Protocol == Transport.Udp && scope.From <= 547 && scope.To >= 547))
            {
                yield return $"{guests}ip6 saddr fe80::/10 udp sport 546 udp dport 547 accept{FirewallText.Comment("guests ask for addresses")}";
            }
        }

        if (v6)
        {
            yield return $"icmpv6 type nd-router-advert ip6 saddr fe80::/10 ip6 hoplimit 255 accept{FirewallText.Comment("routers of the link: RFC 4861")}";
            yield return $"icmpv6 type {{ mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report }} ip6 saddr {{ ::, fe80::/10 }} ip6 hoplimit 1 accept{FirewallText.Comment("groups of the link: RFC 3810")}";
            yield return $"ip6 saddr fe80::/10 ip6 daddr fe80::/10 udp sport 547 udp dport 546 accept{FirewallText.Comment("answers to our DHCPv6 client: RFC 8415")}";
        }

        // The rest of DHCP is answers to a known connection, or is read below the firewall.
        yield return $"ip daddr 255.255.255.255 udp sport 67 udp dport 68 accept{FirewallText.Comment("answers to our DHCP client: RFC 2131")}";
    }

    private static IEnumerable<string> OfZone(HostPolicy policy, AuditFacts facts, FirewallZones zones, string zone)
    {
        if (policy.Firewall.Ping.Contains(zone))
        {
            yield return $"icmp type echo-request accept{FirewallText.Comment($"{zone}: ping")}";
            if (policy.Ipv6 == Ipv6Policy.On)
            {
                yield return $"icmpv6 type echo-request accept{FirewallText.Comment($"{zone}: ping")}";
            }
        }

        ImmutableArray<Grant> grants = Grants.ToHost(policy, facts, zone);

        // All limits stand before all that is accepted: a port that is named twice is not open past its limit.
        foreach (string rule in grants.SelectMany(grant => FirewallText.Ports(grant.Ports).SelectMany(ports => grant.Limits(ports, zone))))
        {
            yield return rule;
        }

        foreach (Grant grant in grants)
        {
            foreach (string ports in FirewallText.Ports(grant.Ports))
            {
                yield return $"{ports}accept{FirewallText.Comment($"{zone}: {grant.Name}")}";
            }
        }

        if (grants.Any(static grant => grant.Ports.Any(static scope => scope.Protocol == Transport.Udp && scope.From <= 500 && scope.To >= 500)))
        {
            yield return $"meta l4proto {{ esp, ah }} accept{FirewallText.Comment($"{zone}: what IPsec carries, beside its port 500")}";
        }

        if (zone == Zone.Guests && !policy.Firewall.GuestServices.IsEmpty)
        {
            foreach (string bridge in FirewallText.Names("iifname", zones.GuestBridges))
            {
                foreach (string ports in FirewallText.Ports(policy.Firewall.GuestServices))
                {
                    yield return $"{bridge}{ports}accept{FirewallText.Comment("guests: what their network gives them")}";
                }
            }
        }

        yield return Refusal.Rule(policy, zone);
    }
}
