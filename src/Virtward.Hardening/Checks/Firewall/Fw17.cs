using Virtward.Core.Snapshots;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-17.</summary>
public static class Fw17
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-17",
        Severity = Severity.Medium,
        Title = "no rules of iptables' old engine stand beside nftables'",
        Why = "Two engines judge each packet, and each tool shows only its own half: nft and iptables-nft do not list what iptables-legacy loaded. Whoever reads one of them believes the host "
            + "closed, or open, that is not.",
        References = ["CIS Debian 12 v1.1.0 4.3.3"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Exposure.Ruleset is not Ruleset ruleset)
        {
            return Outcome.Unknown(facts.Exposure.Problem!);
        }

        Table[] old = [.. ruleset.Tables.Where(static table => table.Origin == TableOrigin.IptablesLegacy && HasRules(table))];
        bool beside = ruleset.Tables.Any(static table => table.Origin != TableOrigin.IptablesLegacy && HasRules(table));
        if (old.Length == 0)
        {
            string[] missing = [.. new[] { SnapshotNames.IptablesLegacy, SnapshotNames.Ip6tablesLegacy }
                .Where(name => facts.Snapshot.Text(name) is null && facts.Snapshot.Missing.ContainsKey(name)).Select(name => $"{name}: {facts.Snapshot.Missing[name]}")];
            return missing.Length > 0 ? Outcome.Unknown($"the tables of iptables' old engine could not be read ({missing[0]})") : Outcome.Pass("iptables' old engine holds no rule");
        }

        if (!beside)
        {
            return Outcome.Pass("iptables' old engine is the only one here: it stands beside nothing");
        }

        return Outcome.Of(old.GroupBy(static table => table.Family).Select(tables =>
        {
            string program = tables.Key == Virtward.Exposure.Rulesets.Family.Ip6 ? "ip6tables" : "iptables";
            return new Finding(
                $"{program}-legacy", $"{program}'s old engine holds {tables.Sum(static table => table.Chains.Sum(static chain => chain.Rules.Length))} rules beside nftables'",
                new Remedy("Move the rules to the newer engine, then flush the old tables.") { Risk = Risk.Lockout, Undo = $"{program}-legacy-restore < /root/{program}-legacy.saved" }.With(
                [
                    $"{program}-legacy-save > /root/{program}-legacy.saved", $"{program}-nft-restore --noflush < /root/{program}-legacy.saved    # those that are still wanted",
                    .. tables.Select(table => $"{program}-legacy -t {table.Name} -F && {program}-legacy -t {table.Name} -X"),
                    "# chains with policy DROP: iptables-legacy -P INPUT ACCEPT and so on, once nftables' own rules drop",
                ]))
            {
                Evidence = [.. tables.SelectMany(static table => table.Chains.SelectMany(chain => chain.Rules.Select(rule => new Evidence(EvidenceKind.Rule, $"{table.Name}, chain {chain.Name}, rule {rule.Handle}, of the old engine", rule.Text)))).Take(5)
                    .DefaultIfEmpty(new Evidence(EvidenceKind.Rule, $"{program}-legacy", "a policy that drops"))],
            };
        }), "");
    }

    private static bool HasRules(Table table) => !table.Dormant && table.Chains.Any(static chain => !chain.Rules.IsEmpty || chain.Base is { DropByDefault: true });
}
