using Virtward.Exposure.Rulesets;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Whole rulesets: tables of all families, with sets, chains at all hooks and priorities, and rules in them.</summary>
internal sealed class RulesetMaker
{
    private readonly Dice _dice;
    private readonly Values _values;
    private readonly Rules _rules;
    private readonly bool _stateful;
    private readonly HashSet<(Hook, int)> _taken = [];

    public RulesetMaker(Dice dice, Palette palette, bool stateful)
    {
        _dice = dice;
        _values = new Values(dice, palette);
        _rules = new Rules(dice, palette, _values, new Matches(dice, palette, _values)) { Stateful = stateful };
        _stateful = stateful;
    }

    /// <summary>Makes one.</summary>
    public Draft Make()
    {
        int count = _dice.Weighted((3, 1), (4, 2), (3, 3), (1, 4));
        var tables = new List<DraftTable>();
        for (int i = 0; i < count; i++)
        {
            Family family = _dice.Weighted((45, Family.Inet), (20, Family.Ip), (13, Family.Ip6), (12, Family.Bridge), (10, Family.Netdev));
            tables.Add(Table(family, $"t{i}"));
        }

        return new Draft(tables);
    }

    private DraftTable Table(Family family, string name)
    {
        var sets = new TableSets();
        var lines = new List<string>();
        var place = new Place(family, null, ChainType.Filter, 0);
        for (int i = _dice.Below(4); i > 0; i--)
        {
            lines.Add(Set(place, sets, $"s{lines.Count}"));
        }

        if (_stateful)
        {
            foreach (string six in (string[])["4", "6"])
            {
                string type = six == "4" ? "ipv4_addr" : "ipv6_addr";
                lines.Add($"set seen{six} {{ type {type}; size 1024; flags dynamic{(_dice.Percent(50) ? ",timeout; timeout 1h" : "")}; }}");
                lines.Add($"set meter{six} {{ type {type}; size 1024; flags dynamic; }}");
                lines.Add($"set count{six} {{ type {type}; size 1024; flags dynamic; }}");
            }
        }

        var chains = new List<DraftChain>();
        var helpers = new List<string>();
        for (int i = _dice.Below(4); i > 0; i--)
        {
            // Each jumps only to those made before it: no loops.
            string helper = $"c{helpers.Count}";
            chains.Add(new DraftChain(helper, "", Rules(place, sets, helpers, 0, 5)));
            helpers.Insert(0, helper);
        }

        if (helpers.Count > 0 && _dice.Percent(50) && family is Family.Inet or Family.Ip or Family.Ip6)
        {
            lines.Add(VerdictMap(place, sets, helpers, $"v{lines.Count}"));
        }

        chains.AddRange(Bases(family, sets, helpers));
        if (_dice.Percent(3))
        {
            lines.Insert(0, "flags dormant;");
        }

        return new DraftTable(Word(family), name, lines, chains);
    }

    private IEnumerable<DraftChain> Bases(Family family, TableSets sets, IReadOnlyList<string> helpers)
    {
        IReadOnlyList<(int Percent, Hook Hook, ChainType Type)> wanted = family switch
        {
            Family.Netdev => [(80, Hook.Ingress, ChainType.Filter), (30, Hook.Ingress, ChainType.Filter), (30, Hook.Egress, ChainType.Filter)],
            Family.Bridge =>
            [
                (45, Hook.Prerouting, ChainType.Filter), (50, Hook.Input, ChainType.Filter), (60, Hook.Forward, ChainType.Filter),
                (25, Hook.Output, ChainType.Filter), (25, Hook.Postrouting, ChainType.Filter),
            ],
            _ =>
            [
                (family == Family.Inet ? 8 : 0, Hook.Ingress, ChainType.Filter), (30, Hook.Prerouting, ChainType.Filter), (55, Hook.Input, ChainType.Filter), (15, Hook.Input, ChainType.Filter),
                (60, Hook.Forward, ChainType.Filter), (15, Hook.Forward, ChainType.Filter), (22, Hook.Output, ChainType.Filter), (5, Hook.Output, ChainType.Route),
                (15, Hook.Postrouting, ChainType.Filter), (33, Hook.Prerouting, ChainType.Nat), (28, Hook.Postrouting, ChainType.Nat),
                (10, Hook.Output, ChainType.Nat), (5, Hook.Input, ChainType.Nat),
            ],
        };
        int number = 0;
        foreach ((int percent, Hook hook, ChainType type) in wanted)
        {
            if (_dice.Percent(percent))
            {
                yield return Base(family, hook, type, sets, helpers, $"b{number++}");
            }
        }
    }

    private DraftChain Base(Family family, Hook hook, ChainType type, TableSets sets, IReadOnlyList<string> helpers, string name)
    {
        int priority = Priority(hook, type);
        var place = new Place(family, hook, type, priority);
        bool decides = hook is Hook.Input or Hook.Forward or Hook.Output;
        string policy = type != ChainType.Nat && _dice.Percent(decides ? 27 : 5) ? "drop" : "accept";
        string device = hook is Hook.Ingress or Hook.Egress
            ? _dice.Percent(75) ? $" device \"{_dice.Pick(Values.Devices)}\"" : $" devices = {{ {string.Join(", ", _dice.Some(Values.Devices, 2, 3))} }}"
            : "";
        string head = $"type {type.ToString().ToLowerInvariant()} hook {hook.ToString().ToLowerInvariant()}{device} priority {priority}; policy {policy};";
        return new DraftChain(name, head, Rules(place, sets, type == ChainType.Nat ? [] : helpers, 1, policy == "drop" ? 9 : 7));
    }

    private int Priority(Hook hook, ChainType type)
    {
        while (true)
        {
            int priority = type == ChainType.Nat
                ? _dice.Pick(-100, -100, 100, 0, -150, 50)
                : _dice.Pick(-400, -300, -300, -250, -150, -110, -90, -50, 0, 0, 0, 10, 50, 90, 110, 150, 300);
            priority += _dice.Percent(40) ? 0 : _dice.Between(-9, 9);
            if (_taken.Add((hook, priority)))
            {
                return priority;
            }
        }
    }

    private List<string> Rules(Place place, TableSets sets, IReadOnlyList<string> targets, int least, int most)
    {
        var rules = new List<string>();
        for (int i = _dice.Between(least, most); i > 0; i--)
        {
            rules.Add(_rules.One(place, sets, targets));
        }

        return rules;
    }

    private string Set(Place place, TableSets sets, string name)
    {
        bool v6 = place.V6 && (!place.V4 || _dice.Percent(40));
        string address = v6 ? "ipv6_addr" : "ipv4_addr";
        bool intervals = _dice.Percent(50);
        string flags = intervals ? $" flags interval{(_dice.Percent(25) ? ",timeout" : "")};" : "";
        if (_dice.Percent(25))
        {
            (string key, string value) = _dice.Pick(("inet_service", "verdict"), (address, "verdict"), (address, "mark"), (address, "verdict"));
            string[] keys = [.. Enumerable.Range(0, _dice.Between(1, 4)).Select(_ => intervals ? _values.Interval(key) : _values.One(key)).Distinct()];
            sets.Maps.Add((name, key, value));
            return $"map {name} {{ type {key} : {value};{(intervals ? " flags interval;" : "")} elements = {{ {string.Join(", ", keys.Select(one => $"{one} : {_values.One(value)}"))} }}; }}";
        }

        string type = _dice.Pick(
            address, address, "inet_service", $"{address} . inet_service", $"{address} . {address}", "ifname", "inet_proto . inet_service",
            $"{address} . inet_proto . inet_service");
        if (type == "ifname")
        {
            intervals = false;
            flags = "";
        }

        sets.Sets.Add((name, type));
        string merge = intervals && _dice.Percent(60) && !type.Contains(" . ", StringComparison.Ordinal) ? " auto-merge;" : "";
        return $"set {name} {{ type {type};{flags}{merge} elements = {{ {_values.Elements(type, intervals, 6)} }}; }}";
    }

    private string VerdictMap(Place place, TableSets sets, IReadOnlyList<string> helpers, string name)
    {
        bool v6 = place.V6 && (!place.V4 || _dice.Percent(40));
        string key = _dice.Pick("inet_service", v6 ? "ipv6_addr" : "ipv4_addr");
        string[] keys = [.. Enumerable.Range(0, _dice.Between(1, 4)).Select(_ => _values.One(key)).Distinct()];
        sets.Maps.Add((name, key, "verdict"));
        return $"map {name} {{ type {key} : verdict; elements = {{ {string.Join(", ", keys.Select(one => $"{one} : {_dice.Pick("jump", "goto")} {_dice.Pick(helpers)}"))} }}; }}";
    }

    private static string Word(Family family) => family.ToString().ToLowerInvariant();
}
