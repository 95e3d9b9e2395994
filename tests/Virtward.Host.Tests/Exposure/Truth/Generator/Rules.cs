using Virtward.Exposure.Rulesets;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Rules: matches, what changes a packet without deciding, and verdicts.</summary>
internal sealed class Rules(Dice dice, Palette palette, Values values, Matches matches)
{
    // One for all rules: once a second an element that counts no flow any more goes away, and whichever rule comes by next makes it anew (nft_rhash_gc).
    private int? _most;

    /// <summary>Rules with limits, counters and sets that packets fill, too.</summary>
    public bool Stateful { get; init; }

    /// <summary>One rule.</summary>
    /// <param name="place">Where it stands.</param>
    /// <param name="sets">The table's sets and maps.</param>
    /// <param name="targets">The chains it may jump to.</param>
    public string One(Place place, TableSets sets, IReadOnlyList<string> targets)
    {
        if (place.Type == ChainType.Nat && dice.Percent(75))
        {
            return Translation(place, sets);
        }

        if (dice.Percent(14))
        {
            return VerdictMap(place, sets, targets);
        }

        bool counts = Stateful && dice.Percent(40);
        int wanted = counts ? dice.Weighted((70, 0), (30, 1)) : dice.Weighted((3, 0), (45, 1), (38, 2), (14, 3));
        List<string> parts = Matching(place, sets, wanted);
        if (dice.Percent(16))
        {
            parts.Add(Change(place, sets));
        }

        if (counts)
        {
            parts.Add(Counting(place));
        }

        string verdict = Verdict(place, targets);
        if (wanted == 0 && !counts && dice.Percent(80) && verdict is "drop" or "accept" or "reject" or "return")
        {
            verdict = "";
        }

        if (verdict.EndsWith("tcp reset", StringComparison.Ordinal) && !parts.Exists(static part => part.StartsWith("tcp ", StringComparison.Ordinal)))
        {
            parts.Add("meta l4proto tcp");
        }

        if (parts.Exists(static part => part.StartsWith("icmp", StringComparison.Ordinal)))
        {
            // nft takes `th dport` of ICMP for its checksum.
            parts.RemoveAll(static part => part.Contains("th ", StringComparison.Ordinal));
        }

        if (verdict.StartsWith("reject", StringComparison.Ordinal))
        {
            // It tells of a refusal whose telling gets lost on its way.
            parts.Add("counter");
        }

        parts.Add(verdict);
        string rule = string.Join(' ', parts.Where(static part => part.Length > 0));
        return rule.Length > 0 ? rule : "counter";
    }

    private List<string> Matching(Place place, TableSets sets, int wanted)
    {
        var parts = new List<string>();
        for (int tries = 0; parts.Count < wanted && tries < 20; tries++)
        {
            if (matches.One(place, sets) is { } match)
            {
                parts.Add(match);
            }
        }

        return parts;
    }

    private string Verdict(Place place, IReadOnlyList<string> targets)
    {
        if (place.Family == Family.Netdev && place.Hook == Hook.Ingress && dice.Percent(6))
        {
            return $"fwd to \"{dice.Pick("eth0", "eth1", "wg0", "vnet0", "eth2")}\"";
        }

        if (place is { Family: Family.Ip or Family.Ip6 or Family.Inet, Hook: Hook.Prerouting, Type: ChainType.Filter } && dice.Percent(4))
        {
            return Proxies.Rule(dice, palette, place);
        }

        string verdict = dice.Weighted(
            (34, "accept"), (23, "drop"), (7, "reject"), (targets.Count > 0 ? 15 : 0, "jump"), (targets.Count > 0 ? 6 : 0, "goto"), (6, "return"), (2, "continue"), (9, ""));
        switch (verdict)
        {
            case "jump" or "goto":
                return $"{verdict} {dice.Pick(targets)}";
            case "reject" when place.Family is Family.Bridge or Family.Netdev || place.Type == ChainType.Nat || place.Hook is Hook.Postrouting or Hook.Ingress or Hook.Egress:
                return "drop";
            case "reject":
                return place.Family switch
                {
                    Family.Ip => dice.Pick("reject", "reject with icmp type host-unreachable", "reject with icmp type admin-prohibited", "reject with tcp reset"),
                    Family.Ip6 => dice.Pick("reject", "reject with icmpv6 type admin-prohibited", "reject with icmpv6 type no-route", "reject with tcp reset"),
                    _ => dice.Pick("reject", "reject with icmpx type admin-prohibited", "reject with icmpx type port-unreachable", "reject with tcp reset"),
                };
            default:
                return verdict;
        }
    }

    private string VerdictMap(Place place, TableSets sets, IReadOnlyList<string> targets)
    {
        string Outcome() => targets.Count > 0 && dice.Percent(35) ? $"{dice.Pick("jump", "goto")} {dice.Pick(targets)}" : values.One("verdict");
        string Map(string type, bool intervals)
        {
            var all = new HashSet<string>();
            string[] parts = type.Split(" . ");
            for (int i = dice.Between(1, 4); i > 0; i--)
            {
                all.Add(string.Join(" . ", parts.Select(part => intervals ? values.Interval(part) : values.One(part))));
            }

            return string.Join(", ", all.Select(key => $"{key} : {Outcome()}"));
        }

        bool v6 = place.V6 && (!place.V4 || dice.Percent(40));
        string address = v6 ? "ipv6_addr" : "ipv4_addr";
        string before = dice.Percent(25) ? string.Join(' ', Matching(place, sets, 1)) + " " : "";
        string protocol = dice.Pick("tcp", "udp");
        string rule = dice.Below(8) switch
        {
            0 => $"{protocol} dport vmap {{ {Map("inet_service", true)} }}",
            1 => $"{values.Field(address)} vmap {{ {Map(address, true)} }}",
            2 when place.HasIn => $"iifname vmap {{ {Map("ifname", false)} }}",
            3 when place.Tracks => $"ct state vmap {{ established : accept, related : {Outcome()}, invalid : {dice.Pick("drop", Outcome())}{(dice.Percent(30) ? $", new : {Outcome()}" : "")}{(dice.Percent(30) ? $", untracked : {Outcome()}" : "")} }}",
            4 => $"meta l4proto vmap {{ tcp : {Outcome()}, {dice.Pick("udp", "icmp", "sctp")} : {Outcome()} }}",
            5 => $"{values.Field(address)} . {protocol} dport vmap {{ {Map($"{address} . inet_service", dice.Percent(40))} }}",
            6 when sets.Of("inet_service", "verdict") is { Count: > 0 } named => $"{protocol} dport vmap @{dice.Pick(named)}",
            _ when sets.Of(address, "verdict") is { Count: > 0 } named => $"{values.Field(address)} vmap @{dice.Pick(named)}",
            _ => $"{protocol} dport vmap {{ {Map("inet_service", false)} }}",
        };
        return before + rule;
    }

    private string Change(Place place, TableSets sets)
    {
        bool v6 = place.V6 && (!place.V4 || dice.Percent(40));
        return dice.Below(14) switch
        {
            < 2 => "counter",
            2 => "log prefix \"x\"",
            < 6 => $"meta mark set {dice.Pick($"0x{palette.Mark():x}", "meta mark or 0x10", "meta mark and 0xff", "meta mark xor 0x1", "meta mark and 0xfffffff0 or 0x2")}",
            < 8 when place.Tracks => $"ct mark set {dice.Pick($"0x{palette.Mark():x}", "meta mark", "ct mark or 0x10")}",
            8 when place.Tracks => "meta mark set ct mark",
            9 => $"meta mark set {dice.Pick("tcp", "udp")} dport map {{ {palette.Ports[0]} : 0x1, {palette.Ports[1]} : 0x{palette.Mark():x} }}",
            10 when sets.Of(v6 ? "ipv6_addr" : "ipv4_addr", "mark") is { Count: > 0 } named => $"meta mark set {(v6 ? "ip6" : "ip")} saddr map @{dice.Pick(named)}",
            11 when place.Family is not (Family.Bridge or Family.Netdev) => v6 ? "ip6 dscp set cs1" : "ip dscp set cs1",
            12 when place.Family is not (Family.Bridge or Family.Netdev) => v6 ? "ip6 hoplimit set 3" : "ip ttl set 3",
            13 when place.Hook is Hook.Prerouting or Hook.Output && place.Tracks => "notrack",
            _ => "counter",
        };
    }

    private string Counting(Place place)
    {
        bool v6 = place.V6 && (!place.V4 || dice.Percent(40));
        string field = v6 ? "ip6 saddr" : "ip saddr";
        string suffix = v6 ? "6" : "4";
        return dice.Below(9) switch
        {
            < 2 => $"limit rate {dice.Between(1, 3)}/{dice.Pick("hour", "day")} burst {dice.Between(1, 5)} packets",
            2 => $"limit rate over {dice.Between(1, 3)}/hour burst {dice.Between(1, 5)} packets",
            3 => $"add @meter{suffix} {{ {field} limit rate {dice.Pick("", "over ")}2/hour burst {dice.Between(1, 4)} packets }}",
            4 when place.Tracks && dice.Percent(40) => $"add @count{suffix} {{ {field} ct count over {_most ??= dice.Between(1, 3)} }}",
            5 => $"{dice.Pick("add", "update")} @seen{suffix} {{ {field} }}",
            6 => $"{field} @seen{suffix}",

            7 when dice.Percent(50) => $"numgen inc mod {dice.Between(2, 4)} {dice.Pick("0", "1", "< 2", "!= 0")}",
            7 => $"limit rate over {dice.Between(1, 3)}/day burst {dice.Between(1, 5)} packets",
            8 when dice.Percent(40) => dice.Pick("quota over 1 bytes", "quota 1000000 bytes", "quota over 1000000 bytes"),
            _ => $"{field} != @seen{suffix}",
        };
    }

    private string Translation(Place place, TableSets sets)
    {
        bool v6 = place.V6 && (!place.V4 || dice.Percent(35));
        string ip = v6 ? "ip6" : "ip";
        string word = place.Family == Family.Inet ? ip + " " : "";
        string address = palette.NatTarget(v6);
        string protocol = dice.Pick("tcp", "tcp", "udp");
        string matching = string.Join(' ', Matching(place, sets, dice.Weighted((2, 0), (6, 1), (3, 2))));
        int port = palette.Port();
        string Ported(string target) => v6 ? $"[{target}]:{port}" : $"{target}:{port}";
        if (place.Hook is Hook.Postrouting or Hook.Input)
        {
            return dice.Below(6) switch
            {
                < 3 when place.Hook is Hook.Postrouting => $"{matching} {(dice.Percent(60) ? $"oifname \"{dice.Pick("eth0", "eth1", "virbr0")}\" " : "")}masquerade",
                3 => $"{matching} snat {word}to {ip} saddr map {{ {values.One(v6 ? "ipv6_addr" : "ipv4_addr")} : {palette.Own(v6)} }}",
                _ => $"{matching} snat {word}to {palette.Own(v6)}",
            };
        }

        return dice.Below(10) switch
        {
            < 2 => $"{matching} dnat {word}to {address}",
            < 4 => $"{matching} {protocol} dport {values.Interval("inet_service")} dnat {word}to {Ported(address)}",
            4 => $"{ip} daddr {palette.Own(v6)} dnat {word}to {protocol} dport map {{ {palette.Ports[0]} : {address}, {palette.Ports[1]} : {palette.NatTarget(v6)} }}",
            5 => $"{matching} dnat {ip} to {protocol} dport map {{ {palette.Ports[0]} : {address} . {port}, {palette.Ports[2]} : {palette.NatTarget(v6)} . 80 }}",
            6 => $"{matching} {protocol} dport {values.Interval("inet_service")} redirect to :{port}",
            7 => $"{matching} redirect",
            8 => $"{matching} dnat {word}to {ip} daddr map {{ {palette.Own(v6)} : {address} }}",
            _ => $"iifname \"{dice.Pick("eth0", "wg0", "virbr0")}\" {protocol} dport {palette.Port()} dnat {word}to {Ported(address)}",
        };
    }
}
