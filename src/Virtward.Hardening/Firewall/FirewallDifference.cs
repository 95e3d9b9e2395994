using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Preflight;

namespace Virtward.Hardening.Firewall;

/// <summary>What a script of ours would change of the rules in force, by meaning: nft prints rules back in its own form.</summary>
public static class FirewallDifference
{
    /// <summary>
    /// The differences, a line each: <c>+</c> and <c>-</c>, the chain and the rule. Empty: the script changes nothing. Elements of sets are not compared, packets fill them.
    /// </summary>
    /// <param name="live">The rules in force.</param>
    /// <param name="script">A script of <see cref="PolicyFirewall"/>.</param>
    public static Result<ImmutableArray<string>> Of(Ruleset live, string script)
    {
        if (!PlannedRuleset.Of(live, script).TryGet(out Ruleset? planned, out Problem? problem))
        {
            return problem;
        }

        List<string> lines = [];
        foreach (Family family in (ReadOnlySpan<Family>)[Family.Inet, Family.Bridge])
        {
            Table? was = live.Tables.FirstOrDefault(table => PolicyParts.IsOne(table) && table.Family == family);
            Table? becomes = planned.Tables.FirstOrDefault(table => PolicyParts.IsOne(table) && table.Family == family);
            if (was is { Dormant: true } && becomes is { Dormant: false })
            {
                lines.Add($"- {Word(family)} is dormant");
            }

            string[] before = [.. (was?.Sets ?? []).Select(static set => set.Name).Where(PolicyParts.Is)];
            string[] after = [.. (becomes?.Sets ?? []).Select(static set => set.Name).Where(PolicyParts.Is)];
            lines.AddRange(before.Except(after).Select(name => $"- {Word(family)} set {name}"));
            lines.AddRange(after.Except(before).Select(name => $"+ {Word(family)} set {name}"));
            foreach (string name in Names(was).Union(Names(becomes)))
            {
                Chains(Word(family), Find(was, name), Find(becomes, name), lines);
            }
        }

        return lines.ToImmutableArray();
    }

    private static void Chains(string family, Chain? was, Chain? becomes, List<string> lines)
    {
        if (was is null || becomes is null || !Same(was.Base, becomes.Base))
        {
            lines.AddRange(was is null ? [] : [$"- {family} chain {was.Name}{Hook(was.Base)}"]);
            lines.AddRange(becomes is null ? [] : [$"+ {family} chain {becomes.Name}{Hook(becomes.Base)}"]);
        }

        string name = (was ?? becomes)!.Name;
        (string Meaning, string Text)[] before = [.. (was?.Rules ?? []).Select(static rule => (RuleText.Of(rule), rule.Text))];
        (string Meaning, string Text)[] after = [.. (becomes?.Rules ?? []).Select(static rule => (RuleText.Of(rule), rule.Text))];
        HashSet<string> had = [.. before.Select(static rule => rule.Meaning)];
        HashSet<string> has = [.. after.Select(static rule => rule.Meaning)];
        lines.AddRange(before.Where(rule => !has.Contains(rule.Meaning)).Select(rule => $"- {name}: {rule.Text}"));
        lines.AddRange(after.Where(rule => !had.Contains(rule.Meaning)).Select(rule => $"+ {name}: {rule.Text}"));
        if (had.SetEquals(has) && !before.Select(static rule => rule.Meaning).SequenceEqual(after.Select(static rule => rule.Meaning)))
        {
            lines.Add($"+ {name}: the same rules in another order");
        }
    }

    private static bool Same(BaseHook? one, BaseHook? other) =>
        (one is null) == (other is null) && (one is null || (one.Type == other!.Type && one.Hook == other.Hook && one.Priority == other.Priority && one.DropByDefault == other.DropByDefault));

    private static string Hook(BaseHook? hook) => hook is null ? "" : string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $" at {hook.Hook.ToString().ToLowerInvariant()}, priority {hook.Priority}, {(hook.DropByDefault ? "drops by default" : "accepts by default")}");

    private static string Word(Family family) => $"{(family == Family.Inet ? "inet" : "bridge")} {PolicyFirewall.Table}";

    private static IEnumerable<string> Names(Table? table) => (table?.Chains ?? []).Select(static chain => chain.Name).Where(PolicyParts.Is);

    private static Chain? Find(Table? table, string name) => table?.Chains.FirstOrDefault(chain => chain.Name == name);
}
