using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Firewall;

/// <summary>What gets through the host, from one zone to another.</summary>
internal static class ForwardRules
{
    /// <summary>The chains.</summary>
    public static IEnumerable<ChainText> Of(HostPolicy policy, AuditFacts facts, FirewallZones zones)
    {
        List<string> rules = [.. InputRules.State];
        if (policy.Ipv6 == Ipv6Policy.Off)
        {
            rules.Add($"{FirewallText.Only(false)}counter drop{FirewallText.Comment("IPv6 is off")}");
        }

        // What a bridge passes on within itself comes here only because of br_netfilter; it would pass without.
        foreach (string bridge in facts.Host.Network.Interfaces.Select(static one => one.Name).Where(static name => FirewallWay.CanName(name)).Where(name => BridgeNetfilter.Is(facts.Host.Network, name)).Order(StringComparer.Ordinal))
        {
            rules.Add($"iifname \"{bridge}\" oifname \"{bridge}\" accept{FirewallText.Comment("within a bridge, which its ports decide about")}");
        }

        ChainText[] chains = [.. zones.All.Select(static zone => zone.Name).Append(Zone.Internet).Append(Zone.Guests).Distinct().Select(zone => new ChainText(Name(zone), null, [.. OfZone(policy, zones, zone)]))];
        string Goto(string zone) => chains.Any(chain => chain.Name == Name(zone) && chain.Rules.Length > 1) ? $"goto {Name(zone)}" : Refusal.Rule(policy, zone);
        foreach (string bridge in FirewallText.Names("iifname", zones.SharedBridges))
        {
            rules.Add($"{bridge}meta mark & {BridgeRules.GuestMark} == {BridgeRules.GuestMark} {Goto(Zone.Guests)}");
        }

        rules.AddRange(zones.InOrder().SelectMany(one => one.Way.From().Select(match => $"{match}{Goto(one.Zone.Name)}")));
        rules.AddRange(InputRules.Strangers(zones));
        rules.Add(Goto(Zone.Internet));
        yield return new ChainText("policy_forward", "type filter hook forward priority -10; policy drop;", [.. rules]);
        foreach (ChainText chain in chains.Where(chain => rules.Any(rule => rule.EndsWith($"goto {chain.Name}", StringComparison.Ordinal))))
        {
            yield return chain;
        }
    }

    private static string Name(string zone) => $"policy_forward_{FirewallText.Word(zone)}";

    private static IEnumerable<string> OfZone(HostPolicy policy, FirewallZones zones, string zone)
    {
        (Grant Grant, string Match, string To)[] grants =
        [
            // Somebody's rule has forwarded it, and the port that it was sent to is declared: the guest's own port says nothing, it opens every guest.
            .. Grants.Through(policy, zone, ServicePolicy.Host).SelectMany(grant => FirewallText.ForwardedPorts(grant.Ports).Select(match => (grant, match, "forwarded"))),
            .. policy.Services.Select(static service => service.To).Where(static to => to != ServicePolicy.Host).Distinct().SelectMany(to => Grants.Through(policy, zone, to)
                .SelectMany(grant => To(zones, zone, to).SelectMany(way => FirewallText.Ports(grant.Ports).Select(ports => (grant, way + ports, $"to {to}"))))),
        ];
        foreach (string rule in grants.SelectMany(one => one.Grant.Limits(one.Match, zone)))
        {
            yield return rule;
        }

        foreach ((Grant grant, string match, string to) in grants)
        {
            yield return $"{match}accept{FirewallText.Comment($"{zone}: {grant.Name}, {to}")}";
        }

        foreach (string to in policy.Firewall.Forward.Where(way => way.From == zone).SelectMany(static way => way.To).Distinct())
        {
            foreach (string match in To(zones, zone, to))
            {
                yield return $"{match}accept{FirewallText.Comment($"{zone} to {to}")}";
            }
        }

        yield return Refusal.Rule(policy, zone);
    }

    private static IEnumerable<string> To(FirewallZones zones, string from, string to)
    {
        ImmutableArray<FirewallWay> ways = zones.Find(to)?.Ways ?? [];
        if (to != Zone.Internet)
        {
            return ways.SelectMany(static way => way.To());
        }

        // The Internet is whom no other zone holds; guests have no business in the office behind the uplink either.
        PrefixSet others = from is Zone.Guests or Zone.Containers ? zones.Named.Union(zones.SiteNetworks) : zones.Named;
        return FirewallText.Names("oifname", zones.Uplinks).SelectMany(device => others.IsEmpty ? [device] : FirewallText.AllBut("daddr", others).Select(network => device + network));
    }
}
