using System.Collections.Frozen;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Reads a match by its name (iptables-extensions(8), "Match Extensions").</summary>
internal static class MatchReader
{
    // Each handler adds statements for the options that it knows and makes the others opaque.
    private static readonly FrozenDictionary<string, Action<RuleBuilder, OptionGroup>> Handlers =
        new Dictionary<string, Action<RuleBuilder, OptionGroup>>(StringComparer.Ordinal)
        {
            ["tcp"] = TransportMatches.Tcp,
            ["udp"] = TransportMatches.Udp,
            ["udplite"] = TransportMatches.UdpLite,
            ["sctp"] = TransportMatches.Sctp,
            ["dccp"] = TransportMatches.Dccp,
            ["multiport"] = TransportMatches.MultiPort,
            ["icmp"] = TransportMatches.Icmp,
            ["icmp6"] = TransportMatches.Icmp,
            ["icmpv6"] = TransportMatches.Icmp,
            ["ah"] = HeaderMatches.Ah,
            ["esp"] = HeaderMatches.Esp,
            ["ipcomp"] = HeaderMatches.IpComp,
            ["tcpmss"] = HeaderMatches.TcpMss,
            ["ecn"] = HeaderMatches.Ecn,
            ["tos"] = HeaderMatches.Tos,
            ["dscp"] = HeaderMatches.Dscp,
            ["ttl"] = HeaderMatches.Ttl,
            ["hl"] = HeaderMatches.HopLimit,
            ["length"] = HeaderMatches.Length,
            ["mac"] = HeaderMatches.Mac,
            ["frag"] = HeaderMatches.Fragment,
            ["hbh"] = HeaderMatches.Options,
            ["dst"] = HeaderMatches.Options,
            ["rt"] = HeaderMatches.Routing,
            ["mh"] = HeaderMatches.Mobility,
            ["conntrack"] = FlowMatches.Conntrack,
            ["state"] = FlowMatches.State,
            ["connmark"] = FlowMatches.ConnMark,
            ["connbytes"] = FlowMatches.ConnBytes,
            ["helper"] = FlowMatches.Helper,
            ["mark"] = PlaceMatches.Mark,
            ["addrtype"] = PlaceMatches.AddressType,
            ["iprange"] = PlaceMatches.AddressRange,
            ["pkttype"] = PlaceMatches.PacketType,
            ["physdev"] = PlaceMatches.BridgePort,
            ["owner"] = PlaceMatches.Owner,
            ["cgroup"] = PlaceMatches.ControlGroup,
            ["cpu"] = PlaceMatches.Cpu,
            ["devgroup"] = PlaceMatches.DeviceGroup,
            ["realm"] = PlaceMatches.Realm,
            ["rpfilter"] = PlaceMatches.ReversePath,
            ["policy"] = PlaceMatches.IpsecPolicy,
            ["socket"] = PlaceMatches.Socket,
            ["set"] = SetMatches.Match,
            ["limit"] = RateMatches.Limit,
            ["hashlimit"] = RateMatches.HashLimit,
            ["connlimit"] = RateMatches.ConnLimit,
            ["quota"] = RateMatches.Quota,
            ["statistic"] = RateMatches.Statistic,
            ["recent"] = RecentMatch.Read,
            ["time"] = TimeMatch.Read,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    public static void Read(RuleBuilder rule, OptionGroup match)
    {
        if (match.Name is "comment" or "nfacct")
        {
            rule.Add(new Rulesets.Statements.PassStatement(match.ToString()));
        }
        else if (!match.Negated && Handlers.TryGetValue(match.Name, out Action<RuleBuilder, OptionGroup>? handler))
        {
            handler(rule, match);
        }
        else
        {
            rule.Opaque($"{(match.Negated ? "! " : "")}-m {match}");
        }
    }
}
