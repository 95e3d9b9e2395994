using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Policy;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Firewall;

/// <summary>
/// The policy's part of our tables, as nft's language. The guard's part of <c>inet virtward</c> (docs/enforcement.md) and everybody else's tables are left alone. A drop of ours is
/// final, whatever others accept; what we accept must also pass theirs.
/// </summary>
public static class PolicyFirewall
{
    /// <summary>The table's name, of family inet, and where there are guests of family bridge.</summary>
    public const string Table = PolicyParts.Guard;

    // Not planned, it goes; the others are always there.
    private static readonly ChainText Output = new("policy_output", "type filter hook output priority -10; policy accept;", []);

    /// <summary>
    /// Writes the script that brings it from whatever is there now to what the policy says, as one transaction: before it the old rules are in force, behind it the
    /// new ones, and between them nothing is open or shut. Again over itself it changes nothing.
    /// </summary>
    /// <param name="policy">What the host should be.</param>
    /// <param name="facts">What it is.</param>
    /// <param name="present">What is there of ours now and may have to go; <see cref="PolicyParts.None"/> for the file that is loaded at boot.</param>
    public static string Script(HostPolicy policy, AuditFacts facts, PolicyParts present)
    {
        ZoneMap map = facts.Host.Zones(policy.Zones);
        FirewallZones zones = FirewallZones.Of(policy.Zones, facts.Host);
        ChainText[] chains =
        [
            .. EarlyRules.Of(zones, map, facts.Host.Network, policy.Firewall.AntiSpoofing), .. InputRules.Of(policy, facts, zones), .. ForwardRules.Of(policy, facts, zones),
            .. OutputRules.Of(policy, zones), .. Refusal.Of(policy),
        ];
        ChainText[] bridge = [.. BridgeRules.Of(policy, zones, facts.Host.Network)];
        string[] used = [.. chains.SelectMany(static chain => chain.Rules)];
        (string Name, string Text)[] sets = [.. Sets(policy).Where(set => used.Any(rule => rule.Contains($"@{set.Name} ", StringComparison.Ordinal)))];
        var script = new StringBuilder();
        Prepare(script, "inet", chains.Any(static chain => chain.Name == Output.Name) ? chains : [.. chains, Output with { Rules = [] }], present.Chains, [.. chains.Select(static chain => chain.Name)]);
        foreach (string stale in present.Sets.Where(name => !sets.Any(set => set.Name == name)))
        {
            RemoveSet(script, stale);
        }

        if (bridge.Length > 0 || !present.BridgeChains.IsEmpty)
        {
            Prepare(script, "bridge", bridge, present.BridgeChains, [.. bridge.Select(static chain => chain.Name)]);
        }

        Write(script, "inet", [.. sets.Select(static set => set.Text)], chains);
        if (bridge.Length > 0)
        {
            Write(script, "bridge", [], bridge);
        }

        return script.ToString();
    }

    /// <summary>Writes the script that removes it, and nothing else.</summary>
    /// <param name="live">The rules in force.</param>
    /// <param name="tables">Whether a table goes too that then holds nothing.</param>
    public static string Removal(Ruleset live, bool tables)
    {
        PolicyParts present = PolicyParts.Of(live);
        var script = new StringBuilder();
        if (!present.Chains.IsEmpty || !present.Sets.IsEmpty)
        {
            Prepare(script, "inet", [], present.Chains, []);
            foreach (string set in present.Sets)
            {
                RemoveSet(script, set);
            }
        }

        if (!present.BridgeChains.IsEmpty)
        {
            Prepare(script, "bridge", [], present.BridgeChains, []);
        }

        foreach (Table table in live.Tables.Where(table => tables && PolicyParts.IsOurs(table)))
        {
            script.Append("delete table ").Append(table.Family == Virtward.Exposure.Rulesets.Family.Inet ? "inet " : "bridge ").Append(Table).Append('\n');
        }

        return script.ToString();
    }

    /// <summary>The tables of a script, as nft lists tables: what is in force once it has run, of ours.</summary>
    public static string Listing(string script)
    {
        // Commands come first, one a line; behind them tables.
        int tables = script.StartsWith("table ", StringComparison.Ordinal) ? 0 : script.IndexOf("\ntable ", StringComparison.Ordinal) + 1;
        return tables == 0 && !script.StartsWith("table ", StringComparison.Ordinal) ? "" : script[tables..];
    }

    // Base chains stay where they are: one that is made anew would drop all for a moment, between the old hook and the new one.
    private static void Prepare(StringBuilder script, string family, ChainText[] planned, ImmutableSortedDictionary<string, string?> present, ImmutableHashSet<string> kept)
    {
        script.Append("add table ").Append(family).Append(' ').Append(Table).Append('\n');
        List<string> going = [];
        foreach ((string name, string? hook) in present)
        {
            bool stays = planned.FirstOrDefault(chain => chain.Name == name) is { } chain && Hook(chain.Hook) == hook;
            if (!stays)
            {
                Line(script, "add", family, name, hook is null ? "" : $" {{ {hook} policy accept; }}");
                Line(script, "flush", family, name, "");
                going.Add(name);
            }
        }

        foreach (ChainText chain in planned.Where(chain => !going.Contains(chain.Name)))
        {
            Line(script, "add", family, chain.Name, chain.Hook is null ? "" : $" {{ {chain.Hook} }}");
            Line(script, "flush", family, chain.Name, "");
            if (!kept.Contains(chain.Name))
            {
                going.Add(chain.Name);
            }
        }

        going.ForEach(name => Line(script, "delete", family, name, ""));
    }

    private static string? Hook(string? text) => text?[..(text.IndexOf(';', StringComparison.Ordinal) + 1)];

    private static void Line(StringBuilder script, string verb, string family, string chain, string rest) =>
        script.Append(verb).Append(" chain ").Append(family).Append(' ').Append(Table).Append(' ').Append(chain).Append(rest).Append('\n');

    // Somebody may have been quicker: added first, it is there to be deleted.
    private static void RemoveSet(StringBuilder script, string name) => script
        .Append("add set inet ").Append(Table).Append(' ').Append(name).Append(" { type ").Append(name.EndsWith("_6", StringComparison.Ordinal) ? "ipv6_addr" : "ipv4_addr").Append("; flags dynamic,timeout; }\n")
        .Append("delete set inet ").Append(Table).Append(' ').Append(name).Append('\n');

    private static IEnumerable<(string Name, string Text)> Sets(HostPolicy policy)
    {
        IEnumerable<Grant> rated = policy.Services.Select(static service => new Grant(service.Name, service.Ports, service.Rate)).Prepend(new Grant("ssh", [], policy.Ssh.Rate));
        foreach (Grant grant in rated.Where(static one => one.Rate is not null).DistinctBy(static one => one.RateSet))
        {
            foreach (bool v4 in FirewallText.Families)
            {
                string name = $"{grant.RateSet}_{(v4 ? 4 : 6)}";

                // A source is forgotten when it could begin as often again as one that was never seen.
                int seconds = Math.Max(60, (int)grant.Rate!.Value.Per.TotalSeconds);
                yield return (name, string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"\tset {name} {{\n\t\ttype {(v4 ? "ipv4_addr" : "ipv6_addr")}\n\t\tsize 65535\n\t\tflags dynamic,timeout\n\t\ttimeout {seconds}s\n\t}}\n"));
            }
        }
    }

    private static void Write(StringBuilder script, string family, string[] sets, ChainText[] chains)
    {
        script.Append("table ").Append(family).Append(' ').Append(Table).Append(" {\n");
        foreach (string set in sets)
        {
            script.Append(set);
        }

        foreach (ChainText chain in chains)
        {
            script.Append("\tchain ").Append(chain.Name).Append(" {\n");
            if (chain.Hook is not null)
            {
                script.Append("\t\t").Append(chain.Hook).Append('\n');
            }

            foreach (string rule in chain.Rules)
            {
                script.Append("\t\t").Append(rule).Append('\n');
            }

            script.Append("\t}\n");
        }

        script.Append("}\n");
    }
}
