using Virtward.Core.Net;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-14.</summary>
public static class Fw14
{
    // Above that a reload takes noticeably long (3,000 rules: 8.5 s, and 6.4 s of them open), and nobody reads them any more.
    private const int MostRules = 50;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-14",
        Severity = Severity.Medium,
        Title = "firewalld's rich rules are few, and none is a ban of one address",
        Why = "A ban as a stored rule never ends, and each makes every reload slower: with thousands of them the host is open for seconds at each reload. Addresses change hands; a ban "
            + "belongs into a set, with an end.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Daemon.Without(facts) is Outcome without)
        {
            return without;
        }

        FirewalldConfig config = Daemon.Config(facts);
        if (config.Problem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        var findings = new List<Finding>();
        foreach (FirewalldZone zone in config.Zones.Concat(config.Policies))
        {
            FirewalldRule[] bans = [.. zone.Rules.Where(static rule => rule.IsBan && IsNarrow(rule.Source))];
            if (bans.Length > 0)
            {
                findings.Add(new Finding(
                    $"{zone.Words}: bans", $"{zone.Words} holds {bans.Length} {(bans.Length == 1 ? "ban of a single address as a stored rule, which never ends" : "bans of single addresses as stored rules, which never end")}",
                    new Remedy("Move them into a set whose elements end by themselves, and take the rules out.") { Risk = Risk.None, Undo = "put the saved zone file back and reload" }.With(
                        $"cp -a {zone.Path} /root/", "virtward ban ADDRESS --for 1w    # each that should stay", $"firewall-cmd --permanent {zone.Option} --remove-rich-rule='{bans[0].Text}'", "firewall-cmd --reload"))
                {
                    Evidence = [.. bans.Take(5).Select(rule => Daemon.Evidence(facts, zone, rule.Source, rule.Text))],
                });
            }

            if (zone.Rules.Length > MostRules)
            {
                findings.Add(new Finding(
                    $"{zone.Words}: rich rules", $"{zone.Words} has {zone.Rules.Length} rich rules; more than {MostRules} make reloads slow and nobody can read them",
                    new Remedy("Replace rules that differ by their address alone by one rule with an ipset.") { Risk = Risk.Service, Undo = "put the saved zone file back and reload" }.With(
                        $"cp -a {zone.Path} /root/", "firewall-cmd --permanent --new-ipset=NAME --type=hash:net", "firewall-cmd --permanent --ipset=NAME --add-entries-from-file=FILE",
                        $"firewall-cmd --permanent {zone.Option} --add-rich-rule='rule source ipset=\"NAME\" drop'", "firewall-cmd --reload"))
                {
                    Evidence = [new Evidence(EvidenceKind.File, zone.Path, $"{zone.Rules.Length} <rule>")],
                });
            }
        }

        return Outcome.Of(findings, $"{config.Zones.Sum(static zone => zone.Rules.Length)} rich rules in all zones, no ban of one address among them");
    }

    // A whole network that is kept out, or addresses that nobody has, is a decision; one customer's network at most is a ban.
    private static bool IsNarrow(string source) => Prefix.TryParseLenient(source, out Prefix prefix, out _) && prefix.Length >= (prefix.IsV4 ? 24 : 48);
}
