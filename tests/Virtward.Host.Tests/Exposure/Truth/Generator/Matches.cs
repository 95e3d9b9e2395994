using Virtward.Exposure.Rulesets;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Matches: everything that a rule can ask of a packet and that a packet's description answers.</summary>
internal sealed class Matches(Dice dice, Palette palette, Values values)
{
    /// <summary>One match for a place, or null where the kind thrown does not fit there.</summary>
    public string? One(Place place, TableSets sets) => dice.Weighted<Func<Place, TableSets, string?>>(
        (22, AddressMatch), (18, Port), (12, Device), (12, Tracking), (5, Protocol), (5, Mark), (5, Icmp), (6, Flags), (8, Concat), (5, Fib), (5, Header),
        (4, Raw), (3, Meta), (3, LinkLayer), (2, Original), (2, Rare))(place, sets);

    private string Not() => dice.Percent(14) ? "!= " : "";

    private bool Six(Place place) => place.V6 && (!place.V4 || dice.Percent(40));

    private string? AddressMatch(Place place, TableSets sets)
    {
        bool v6 = Six(place);
        string type = v6 ? "ipv6_addr" : "ipv4_addr";
        string field = $"{(v6 ? "ip6" : "ip")} {(dice.Percent(60) ? "saddr" : "daddr")}";
        switch (dice.Below(10))
        {
            case < 4:
                return $"{field} {Not()}{values.Interval(type)}";
            case < 6:
                return $"{field} {Not()}{{ {values.Elements(type, true)} }}";
            case < 8 when sets.Of(type) is { Count: > 0 } named:
                return $"{field} {Not()}@{dice.Pick(named)}";
            case 8 when !v6:
                string mask = dice.Pick("255.255.255.0", "255.255.0.255", "255.255.255.3", "0.0.0.15", "255.0.0.0");
                return $"{field} & {mask} {dice.Pick("==", "==", "!=")} {Masked(values.One(type), mask)}";
            case 8:
                return $"{field} & ffff:ffff:ffff:: == {Masked(values.One(type), "ffff:ffff:ffff::")}";
            default:
                return $"{field} {Not()}{values.One(type)}";
        }
    }

    private static string Masked(string address, string mask) =>
        Virtward.Core.Net.Address.Parse(address) is { IsV4: true } v4
            ? Virtward.Core.Net.Address.FromV4(v4.V4 & Virtward.Core.Net.Address.Parse(mask).V4).ToString()
            : Virtward.Core.Net.Address.FromValue(Virtward.Core.Net.Address.Parse(address).Value & Virtward.Core.Net.Address.Parse(mask).Value).ToString();

    private string? Port(Place place, TableSets sets)
    {
        string field = values.Field("inet_service", dice.Weighted((10, "tcp"), (6, "udp"), (3, "th"), (1, "sctp"), (1, "udplite")));
        string before = field.StartsWith("th", StringComparison.Ordinal) ? $"meta l4proto {{ tcp, udp{(dice.Percent(30) ? ", sctp" : "")} }} " : "";
        return before + dice.Below(10) switch
        {
            < 4 => $"{field} {Not()}{values.Interval("inet_service")}",
            < 7 => $"{field} {Not()}{{ {values.Elements("inet_service", true)} }}",
            < 8 when sets.Of("inet_service") is { Count: > 0 } named => $"{field} {Not()}@{dice.Pick(named)}",
            8 => $"{field} {dice.Pick("<", ">", "<=", ">=")} {Math.Clamp(palette.AnyPort(), 2, 65533)}",
            9 when dice.Percent(30) => $"{field} & 0x{dice.Pick("f0", "1", "ff00"):x} {dice.Pick("==", "!=")} 0x{dice.Pick("0", "10", "1")}",
            _ => $"{field} {Not()}{palette.AnyPort()}",
        };
    }

    private string? Device(Place place, TableSets sets)
    {
        bool into = place.HasIn && (!place.HasOut || dice.Percent(60));
        if (!into && !place.HasOut)
        {
            return null;
        }

        string word = into ? "iif" : "oif";
        return dice.Below(10) switch
        {
            < 4 => $"{word}name {Not()}\"{dice.Pick(Values.Devices)}\"",
            < 6 => $"{word}name {Not()}{{ {values.Elements("ifname", dice.Percent(30), 4)} }}",
            6 => $"{word}name {Not()}{values.Interval("ifname")}",
            7 => $"{word} {Not()}\"{dice.Pick(Values.Devices)}\"",
            8 when sets.Of("ifname") is { Count: > 0 } named => $"{word}name {Not()}@{dice.Pick(named)}",
            8 => $"{word} {{ \"eth0\", \"{dice.Pick("lo", "virbr0", "br0")}\" }}",
            _ when into && place.Hook is not (Hook.Prerouting or Hook.Input or Hook.Forward) => $"{word} \"lo\"",
            _ => dice.Pick($"{word} \"lo\"", $"meta {word}type ether", $"meta {word}type loopback", $"meta {word}group {dice.Pick("0", "default", "7")}", $"meta {word}kind \"{dice.Pick("veth", "bridge")}\""),
        };
    }

    private string? Tracking(Place place, TableSets sets) => !place.Tracks ? null : dice.Below(12) switch
    {
        < 4 => $"ct state {dice.Pick("new", "established,related", "invalid", "untracked", "new,untracked", "established", "related", "{ new, invalid }", "!= new", "! established")}",
        < 6 => $"ct status {dice.Pick("dnat", "snat", "seen-reply", "assured", "confirmed", "! dnat", "dnat,snat")}",
        < 8 => $"ct mark {Not()}{values.One("mark")}",
        8 => $"ct mark & 0xff {dice.Pick("==", "!=")} 0x{dice.Pick(0, 1, 2, 0x10, 0x2a):x}",
        9 => $"ct direction {dice.Pick("original", "reply")}",
        10 => $"ct protocol {dice.Pick("tcp", "udp", "icmp")}",

        // Not ct l3proto: nft leaves it out of its listing before a match on ports.
        _ => $"ct state {dice.Pick("new", "established", "invalid,new")}",
    };

    private string? Original(Place place, TableSets sets)
    {
        if (!place.Tracks)
        {
            return null;
        }

        bool v6 = Six(place);
        string address = values.One(v6 ? "ipv6_addr" : "ipv4_addr");
        string which = dice.Percent(75) ? "original" : "reply";
        return dice.Below(4) switch
        {
            0 => $"ct {which} {(v6 ? "ip6" : "ip")} saddr {Not()}{address}",
            1 => $"ct {which} {(v6 ? "ip6" : "ip")} daddr {Not()}{address}",
            2 => $"{dice.Pick("tcp", "udp")} dport != 1 ct {which} proto-dst {Not()}{palette.Port()}",
            _ => $"{dice.Pick("tcp", "udp")} sport != 1 ct {which} proto-src {palette.AnyPort()}",
        };
    }

    private string? Protocol(Place place, TableSets sets) => dice.Below(6) switch
    {
        0 => $"meta l4proto {{ {values.Elements("inet_proto", false, 3)} }}",
        1 => $"meta l4proto {Not()}{values.One("inet_proto")}",
        2 when place.Family is Family.Inet => $"meta nfproto {dice.Pick("ipv4", "ipv6")}",
        3 when place.V4 => $"ip protocol {Not()}{values.One("inet_proto")}",
        4 when place.V6 => $"ip6 nexthdr {Not()}{values.One("inet_proto")}",
        5 when place.Family is Family.Inet or Family.Bridge or Family.Netdev => $"meta protocol {dice.Pick("ip", "ip6", "{ ip, ip6 }", "!= ip")}",
        _ => $"meta l4proto {dice.Pick("tcp", "udp", "6", "132", "{ 1, 58 }")}",
    };

    private string? Mark(Place place, TableSets sets) => dice.Below(4) switch
    {
        0 => $"meta mark {Not()}{values.One("mark")}",

        // No bits beside the mask: nft lists `& 0x80000000 == 0x1`, which never holds, as the prefix 0x1/1, which may.
        1 => $"meta mark & {dice.Pick("0xff", "0xff00", "0x7f")} {dice.Pick("==", "!=")} 0x{dice.Pick("0", "1", "10", "2a")}",
        2 => $"meta mark {{ {values.Elements("mark", false, 3)} }}",
        _ => "meta mark 0x0-0xf",
    };

    private string? Icmp(Place place, TableSets sets) => place.V4 && (!place.V6 || dice.Percent(55))
        ? dice.Pick(
            "icmp type echo-request", "icmp type { echo-request, echo-reply }", "icmp type != echo-request", "icmp type destination-unreachable",
            "icmp type { destination-unreachable, time-exceeded, parameter-problem }", "icmp type timestamp-request", "icmp code 0", "icmp type redirect")
        : dice.Pick(
            "icmpv6 type echo-request", "icmpv6 type { echo-request, nd-neighbor-solicit, nd-router-advert }", "icmpv6 type != echo-request",
            "icmpv6 type packet-too-big", "icmpv6 type { destination-unreachable, time-exceeded }", "icmpv6 code 0");

    private string? Flags(Place place, TableSets sets) => dice.Pick(
        "tcp flags syn / syn,ack", "tcp flags & (fin|syn|rst|ack) == syn", "tcp flags syn", "tcp flags & (fin|syn) == fin|syn", "tcp flags != syn",
        "tcp flags & ack == ack", "tcp flags ! syn,rst", "tcp flags { syn, syn | ack }", "tcp flags & rst == rst", "tcp flags == 0x0", "tcp flags fin,psh,urg / fin,psh,urg",
        "tcp flags syn,ack / fin,syn,rst,ack", "tcp flags != syn / fin,syn,rst,ack", "tcp flags == syn");

    private string? Concat(Place place, TableSets sets)
    {
        bool v6 = Six(place);
        string address = v6 ? "ipv6_addr" : "ipv4_addr";
        string[] types = dice.Below(5) switch
        {
            0 => [address, "inet_service"],
            1 => [address, address],
            2 when place.HasIn => ["ifname", "inet_service"],
            3 => ["inet_proto", "inet_service"],
            _ => [address, "inet_proto", "inet_service"],
        };
        string type = string.Join(" . ", types);
        bool th = types.Contains("inet_proto");
        string field = string.Join(" . ", types.Select((one, at) => one switch
        {
            "inet_service" => th ? "th dport" : values.Field(one, dice.Pick("tcp", "udp")),
            "ifname" => "iifname",
            _ when one == address && at == 1 => v6 ? "ip6 daddr" : "ip daddr",
            _ => values.Field(one),
        }));
        if (sets.Of(type) is { Count: > 0 } named && dice.Percent(50))
        {
            return $"{field} {Not()}@{dice.Pick(named)}";
        }

        return $"{field} {Not()}{{ {values.Elements(type, dice.Percent(40) && !types.Contains("ifname"), 4)} }}";
    }

    private string? Fib(Place place, TableSets sets)
    {
        if (place.Family is not (Family.Ip or Family.Ip6 or Family.Inet) || place.Hook is Hook.Ingress or Hook.Egress)
        {
            return null;
        }

        string[] any =
        [
            "fib daddr type local", "fib daddr type { local, broadcast, multicast }", "fib daddr type != local", "fib saddr type local", "fib daddr type broadcast",
            "fib saddr type unicast", "fib daddr type { unicast, unreachable }",
        ];
        string[] arriving =
        [
            "fib saddr . iif oif 0", "fib saddr . iif oif missing", "fib saddr . iif oif exists", "fib saddr oif \"eth0\"", "fib saddr oif != \"virbr0\"",
            "fib daddr . iif type local", "fib daddr . iif type != { local, broadcast, multicast }", "fib saddr . mark . iif oif missing", "fib saddr oifname \"wg0\"",
        ];
        return place.Hook is Hook.Prerouting or Hook.Input or Hook.Forward && dice.Percent(55)
            ? dice.Pick(arriving)
            : dice.Pick(any);
    }

    private string? Header(Place place, TableSets sets)
    {
        bool v6 = Six(place);
        return dice.Below(8) switch
        {
            0 => $"meta length {dice.Pick("> 1000", "< 20", "<= 1500", "< 400", "> 400")}",
            1 => v6 ? $"ip6 hoplimit {dice.Pick("1", "64", "< 3", "> 10", "!= 64", "63")}" : $"ip ttl {dice.Pick("1", "64", "< 3", "> 10", "!= 64", "63")}",
            2 => v6 ? "ip6 version 6" : "ip version 4",
            3 => v6 ? $"ip6 dscp {dice.Pick("cs0", "!= cs0", "af11", "0x2e")}" : $"ip dscp {dice.Pick("cs0", "!= cs0", "af11", "0x2e")}",
            4 => v6 ? "ip6 length < 1000" : dice.Pick("ip length < 1000", "ip hdrlength 5", "ip frag-off & 0x1fff == 0", "ip frag-off & 0x1fff != 0"),
            5 => $"udp length {dice.Pick("< 500", "> 500")}",
            _ => $"meta pkttype {dice.Pick("host", "host", "other", "broadcast", "multicast", "{ broadcast, multicast }", "!= host")}",
        };
    }

    private string? Raw(Place place, TableSets sets) => dice.Below(5) switch
    {
        0 => $"meta l4proto {dice.Pick("tcp", "udp")} @th,16,16 {palette.AnyPort()}",
        1 => $"meta l4proto {dice.Pick("tcp", "udp")} @th,0,16 > 1024",
        2 when place.V4 => $"{(place.V6 ? "meta protocol ip " : "")}@nh,96,32 0x{values.One("ipv4_addr").Split('.').Aggregate(0u, static (all, one) => (all << 8) | uint.Parse(one, null)):x8}",
        3 when place.V4 => $"{(place.V6 ? "meta protocol ip " : "")}@nh,128,24 0x{dice.Pick("c0a87a", "cb0071", "0a0800", "0a4d00")}",
        4 when place.V4 => $"{(place.V6 ? "meta protocol ip " : "")}@nh,72,8 {dice.Pick(6, 17, 1)}",
        _ => $"meta l4proto tcp @th,106,6 & 0x12 == {dice.Pick("0x2", "0x10", "0x12")}",
    };

    private string? Meta(Place place, TableSets sets) => dice.Below(4) switch
    {
        0 => "meta priority none",
        1 => "meta mark 0",
        2 when place.V4 => $"ip saddr . ip daddr {{ {values.Elements("ipv4_addr . ipv4_addr", true, 3)} }}",
        _ => "meta length >= 20",
    };

    private string? LinkLayer(Place place, TableSets sets)
    {
        if (!place.Link)
        {
            return place.Hook is Hook.Output ? null : $"ether {dice.Pick("saddr", "saddr", "daddr")} {Not()}{values.One("ether_addr")}";
        }

        return dice.Below(7) switch
        {
            0 => $"ether saddr {Not()}{values.One("ether_addr")}",
            1 => $"ether daddr {Not()}{values.One("ether_addr")}",
            2 => $"ether type {dice.Pick("ip", "ip6", "!= ip", "vlan", "arp")}",
            3 => $"vlan id {dice.Pick("5", "{ 5, 7 }", "!= 5", "1-9")}",
            4 => $"ether saddr {{ {values.Elements("ether_addr", false, 3)} }}",
            5 => "meta protocol vlan",
            _ => $"ether saddr . ether daddr {{ {values.Elements("ether_addr . ether_addr", false, 3)} }}",
        };
    }

    private string? Rare(Place place, TableSets sets) => dice.Below(6) switch
    {
        // Not `tcp option`: nft leaves out of its listing what stands before it.
        0 => "meta priority none",
        1 => "meta length < 1200",
        2 when place.V6 => dice.Pick("exthdr hbh exists", "exthdr frag missing", "exthdr rt exists"),
        3 when place.V4 => "ip option ra exists",
        5 when place.Tracks => dice.Pick("ct helper \"ftp\"", "ct label 0", "ct zone 0"),
        _ => "meta secpath missing",
    };
}
