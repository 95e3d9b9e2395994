using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Firewall;

namespace Virtward.Hardening.Preflight;

/// <summary>The rules that would be in force once a script of ours has run.</summary>
public static class PlannedRuleset
{
    /// <summary>Puts what a script makes in the place of the policy's part of our tables; the guard's part and others' tables stay as they are.</summary>
    /// <param name="live">The rules in force.</param>
    /// <param name="script">A script of <see cref="PolicyFirewall"/>.</param>
    /// <returns>The rules; a problem where the script is none of ours, or holds what cannot be read.</returns>
    public static Result<Ruleset> Of(Ruleset live, string script)
    {
        if (!RulesetReader.Read(new RulesetSources { NftText = PolicyFirewall.Listing(script) }).TryGet(out Ruleset? planned, out Problem? problem))
        {
            return problem;
        }

        if (!planned.Notes.IsEmpty)
        {
            return planned.Notes[0] with { What = $"the planned rules cannot be read: {planned.Notes[0].What}" };
        }

        if (planned.Tables.FirstOrDefault(static table => !PolicyParts.IsOurs(table)) is { } foreign)
        {
            return new Problem($"the planned rules are not the policy's alone: table {foreign.Name}");
        }

        ImmutableArray<Table>.Builder tables = ImmutableArray.CreateBuilder<Table>();
        foreach (Table table in live.Tables)
        {
            if (!PolicyParts.IsOne(table))
            {
                tables.Add(table);
                continue;
            }

            Table? own = planned.Tables.FirstOrDefault(one => one.Family == table.Family);
            Table left = table with
            {
                // The script wakes a table that somebody put to sleep.
                Dormant = table.Dormant && own is null,
                Chains = [.. table.Chains.Where(static chain => !PolicyParts.Is(chain.Name)), .. own?.Chains ?? []],
                Sets = [.. table.Sets.Where(static set => !PolicyParts.Is(set.Name)), .. own?.Sets ?? []],
            };
            tables.Add(left);
        }

        tables.AddRange(planned.Tables.Where(own => !live.Tables.Any(table => PolicyParts.IsOne(table) && table.Family == own.Family)));
        return live with { Tables = tables.ToImmutable() };
    }
}
