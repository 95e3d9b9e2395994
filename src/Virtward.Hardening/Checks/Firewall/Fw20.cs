using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-20.</summary>
public static class Fw20
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-20",
        Severity = Severity.Low,
        Title = "what is dropped is logged, at a limited rate",
        Why = "Without a line in the log nobody sees a scan, or why the backup no longer comes through. Without a limit a flood fills the log's disk and drowns everything else in it.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Exposure.Ruleset is not Ruleset ruleset)
        {
            return Outcome.Unknown(facts.Exposure.Problem!);
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        (Table Table, Chain Chain, Rule Rule)[] logs =
        [
            .. ruleset.Tables.Where(static table => !table.Dormant && table.Family is not Virtward.Exposure.Rulesets.Family.Arp)
                .SelectMany(static table => table.Chains.SelectMany(chain => chain.Rules.Where(static rule => IsLog(rule)).Select(rule => (table, chain, rule)))),
        ];
        (Table Table, Chain Chain, Rule Rule)[] endless = [.. logs.Where(static one => !IsLimited(one.Table, one.Chain, one.Rule))];
        bool byDaemon = Daemon.Without(facts) is null && !Daemon.Config(facts).Value("LogDenied", "off").Equals("off", StringComparison.OrdinalIgnoreCase);
        var findings = new List<Finding>();
        if (logs.Length == 0 && !byDaemon)
        {
            findings.Add(new Finding("nothing logged", "no rule logs anything: a scan, or a rule that is wrong, leaves no trace", Log(facts))
            {
                Evidence = [new Evidence(EvidenceKind.Rule, "all tables", $"no log statement in {ruleset.Tables.Sum(static table => table.Chains.Sum(static chain => chain.Rules.Length))} rules")],
            });
        }

        foreach (IGrouping<string, (Table Table, Chain Chain, Rule Rule)> table in endless.GroupBy(static one => $"{NftablesFile.FamilyWord(one.Table.Family)} {one.Table.Name}"))
        {
            findings.Add(new Finding(
                $"table {table.Key}", $"{table.Count()} {(table.Count() == 1 ? "rule logs" : "rules log")} without a limit in {table.Key}: a flood fills the disk",
                byDaemon ? Daemons(facts) : new Remedy("Put a limit before the log.") { Risk = Risk.None, Undo = "put the saved rules back" }
                    .With($"nft -a list table {table.Key}", "# …: limit rate 10/second burst 20 packets log prefix \"…\"; the drop is a rule of its own after it, without the limit"))
            {
                Evidence = [.. table.Take(4).Select(one => new Evidence(EvidenceKind.Rule, $"{table.Key}, chain {one.Chain.Name}, handle {one.Rule.Handle}", one.Rule.Text))],
            });
        }

        return Outcome.Of(findings, $"{logs.Length} rules log, each at a limited rate");
    }

    private static bool IsLog(Rule rule) => rule.Statements.OfType<PassStatement>().Any(static pass =>
        pass.Text.StartsWith("log", StringComparison.Ordinal) || pass.Text.StartsWith("\"log\"", StringComparison.Ordinal) || pass.Text.StartsWith("-j LOG", StringComparison.Ordinal) || pass.Text.StartsWith("-j NFLOG", StringComparison.Ordinal)
        || pass.Text.StartsWith("{\"log\"", StringComparison.Ordinal));

    // The rule has the limit itself, or every way to its chain does.
    private static bool IsLimited(Table table, Chain chain, Rule rule) => Limits(rule)
        || (chain.Base is null && table.Chains.SelectMany(static one => one.Rules).Where(one => Written.Targets(table, one).Contains(chain.Name)).ToArray() is { Length: > 0 } ways && ways.All(Limits));

    private static bool Limits(Rule rule) => rule.Statements.Any(static statement => statement is LimitStatement or ConnectionCountStatement or SetUpdateStatement or ObjectStatement);

    private static Remedy Log(AuditFacts facts) => facts.Firewall switch
    {
        { Ufw.Enabled: true, FirewalldRuns: not true } => new Remedy("Let ufw log what it refuses; it limits that itself.") { Risk = Risk.None, Undo = "ufw logging off" }.With("ufw logging low"),
        _ => FirewallRemedies.OwnTable(facts, "Log new connections from the Internet that nothing accepted before, ten a second at most.", "input", 30,
            $"iifname {FirewallRemedies.Names(Outer(facts))} ct state new limit rate 10/second burst 20 packets log prefix \"virtward: \"", Risk.None),
    };

    private static string[] Outer(AuditFacts facts) => [.. Reach.Has(facts, Virtward.Exposure.Zones.Zone.Internet) ? Daemon.Outer(facts).Order(StringComparer.Ordinal) : (IEnumerable<string>)["eth0"]];

    private static Remedy Daemons(AuditFacts facts) => new Remedy("Turn firewalld's own log off, which knows no limit, and log in a table of your own.")
    {
        Risk = Risk.None,
        Undo = $"firewall-cmd --set-log-denied={Daemon.Config(facts).Value("LogDenied", "off")}",
    }.With(["firewall-cmd --set-log-denied=off", .. Log(facts).Steps]);
}
