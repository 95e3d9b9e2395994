using System.Collections.Immutable;
using System.Globalization;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-15.</summary>
public static class Fw15
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-15",
        Severity = Severity.High,
        Title = "where SSH is open to strangers it is limited by source, for both families",
        Why = "A limit that counts everybody together is used up by the first scanner, and then keeps the administrator out. One beside a rule that accepts the same port limits nothing, and one for "
            + "IPv4 alone is passed by IPv6, where one person has 2^64 addresses.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        ImmutableArray<ExposureRow> rows = [.. Reach.Rows(facts).Where(static row => row.Endpoint is { Place: EndpointPlace.Host, Service.Kind: ServiceKind.Ssh })];
        ImmutableArray<ExposureRow> open = [.. rows.Where(static row => Reach.From(row, Zone.Internet))];
        ImmutableHashSet<UInt128> ports = [.. (rows.IsEmpty ? [] : rows).Select(static row => row.Endpoint.Ports.First)];
        var findings = new List<Finding>();
        foreach ((Table table, Chain chain, Rule rule) in Rules(facts.Exposure.Ruleset!).Where(one => About(one.Table, one.Rule, ports)))
        {
            if (rule.Statements.Any(static statement => statement is LimitStatement { Over: false }) && Accepts(rule))
            {
                findings.Add(Global(facts, table, chain, rule, open.Any(static row => !Reach.Cell(row, Zone.Internet)!.Sets.Accepted.IsEmpty)));
            }
        }

        foreach (ExposureRow row in open)
        {
            Cell cell = Reach.Cell(row, Zone.Internet)!;
            bool v4 = HasFamily(cell.Sets.Accepted, true);
            bool v6 = HasFamily(cell.Sets.Accepted, false);
            if ((v4 || v6) && !findings.Any(static finding => finding.Subject.StartsWith("global", StringComparison.Ordinal)))
            {
                string family = v4 && v6 ? "" : v4 ? " by IPv4" : " by IPv6";
                bool other = HasFamily(cell.Sets.Limited, !v4);
                findings.Add(new Finding(
                    Reach.Subject(row.Endpoint), $"{Reach.Name(row.Endpoint)} is open to the Internet{family}, and no rule limits how often one source may try{(other ? "; the other family is limited" : "")}",
                    PerSource(facts, row.Endpoint)) { Severity = other ? null : Severity.Medium, Evidence = [.. Reach.Sockets(facts, row.Endpoint), .. RuleEvidence.Of(facts, cell)] });
            }
        }

        return findings.Count == 0 && open.IsEmpty
            ? Outcome.Pass(rows.IsEmpty ? "no SSH listens on a network" : "SSH is not reached from the Internet, and no rule limits it for all together")
            : Outcome.Of(findings, "SSH is limited by source for the Internet, by both families");
    }

    private static IEnumerable<(Table Table, Chain Chain, Rule Rule)> Rules(Ruleset ruleset) => ruleset.Tables.Where(static table => !table.Dormant)
        .SelectMany(static table => table.Chains.SelectMany(chain => chain.Rules.Select(rule => (table, chain, rule))));

    private static bool Accepts(Rule rule) => rule.Statements.OfType<VerdictStatement>().Any(static verdict => verdict.Verdict.Kind == VerdictKind.Accept);

    private static bool About(Table table, Rule rule, ImmutableHashSet<UInt128> ports) => rule.Statements.OfType<MatchStatement>().Any(match =>
        match is { Operator: MatchOperator.Equal, Left: FieldExpression { Field: PacketField.TcpDport or PacketField.ThDport } } && match.Right switch
        {
            NumberExpression number => ports.Contains(number.Value),
            RangeExpression range => ports.Any(range.Range.Contains),
            SetExpression set => set.Contents.Parts == 1 && set.Contents.Keys.Any(key => ports.Any(key.Contains)),
            SetReferenceExpression reference => table.Sets.FirstOrDefault(set => set.Name == reference.Name)?.Contents is { Parts: 1 } contents && contents.Keys.Any(key => ports.Any(key.Contains)),
            _ => false,
        });

    private static Finding Global(AuditFacts facts, Table table, Chain chain, Rule rule, bool isVoid)
    {
        string name = $"{NftablesFile.FamilyWord(table.Family)} {table.Name}";
        string limit = rule.Statements.OfType<LimitStatement>().First().Text;
        string what = isVoid
            ? $"the limit {limit} on SSH is void: another rule accepts the same port"
            : $"the limit {limit} on SSH counts all sources together: one scanner uses it up and locks the administrator out";
        Finding finding = new(
            $"global limit in {name}", what,
            facts.Exposure.Ruleset is not null && chain.Name.StartsWith("filter_IN_", StringComparison.Ordinal)
                ? new Remedy("Take the limited rich rule out of firewalld, and limit by source instead.") { Risk = Risk.Lockout, Undo = FirewallRemedies.UndoTable }.With(
                    [$"firewall-cmd --zone={FirewallRemedies.ZoneOf(chain.Name)} --list-rich-rules", $"firewall-cmd --permanent --zone={FirewallRemedies.ZoneOf(chain.Name)} --remove-rich-rule='RULE' && firewall-cmd --reload", .. Meter(facts, "22").Steps])
                : Meter(facts, "22"))
        {
            Evidence = [new Evidence(EvidenceKind.Rule, $"{name}, chain {chain.Name}, handle {rule.Handle}", rule.Text)],
        };
        return finding;
    }

    private static Remedy PerSource(AuditFacts facts, Endpoint endpoint)
    {
        string port = endpoint.Ports.First.ToString(CultureInfo.InvariantCulture);
        return facts.Firewall is { Ufw.Enabled: true, FirewalldRuns: not true }
            ? new Remedy("Let ufw limit it: six tries in 30 seconds from one address, IPv4 and IPv6.") { Risk = Risk.Lockout, Undo = $"ufw delete limit {port}/tcp && ufw allow {port}/tcp" }.With($"ufw limit {port}/tcp", $"ufw delete allow {port}/tcp")
            : Meter(facts, port);
    }

    // A /64 is one person's; a drop in a table of our own leaves the other rules as they are.
    private static Remedy Meter(AuditFacts facts, string port) => new Remedy("Limit new connections by source, IPv6 by /64; better still, let SSH in by the VPN alone.") { Risk = Risk.Lockout, Undo = FirewallRemedies.UndoTable }.With(
        "nft add table inet virtward",
        "nft 'add set inet virtward m4 { type ipv4_addr; flags dynamic; timeout 5m; size 65536; }'",
        "nft 'add set inet virtward m6 { type ipv6_addr; flags dynamic; timeout 5m; size 65536; }'",
        "nft 'add chain inet virtward input { type filter hook input priority -10; policy accept; }'",
        $"nft 'add rule inet virtward input tcp dport {port} ct state new add @m4 {{ ip saddr limit rate over 6/minute burst 6 packets }} drop'",
        $"nft 'add rule inet virtward input tcp dport {port} ct state new add @m6 {{ ip6 saddr & ffff:ffff:ffff:ffff:: limit rate over 6/minute burst 6 packets }} drop'",
        $"# to keep it: nft list table inet virtward > {facts.Distribution.Choose("/etc/nftables/00-virtward.nft", "/etc/nftables.d/00-virtward.nft")}, and load that file at boot");

    private static bool HasFamily(Virtward.Core.Net.PrefixSet set, bool v4) => !set.IsEmpty && !set.Intersect(Virtward.Core.Net.PrefixSet.Of(Virtward.Core.Net.Prefix.Parse(v4 ? "0.0.0.0/0" : "::/0"))).IsEmpty;
}
