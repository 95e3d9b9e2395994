using System.Globalization;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>Bans end, and cost nothing however many there are.</summary>
public static class Ban06
{
    // So many by hand are no machine's work.
    private const int ByHand = 5;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BAN-06",
        Severity = Severity.High,
        Title = "bans end by themselves and lie in sets, not in a rule each, and none is permanent",
        Why = "Addresses change hands: who is banned for ever is somebody else by next week. A rule for each ban makes every packet of every guest walk the list, and a reload of firewalld with thousands of rich rules leaves the host open, or dead, for seconds.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        var findings = new List<Finding>();
        string? unseen = RichRules(facts, findings);
        if (BanEngines.Without(facts) is Outcome none)
        {
            return findings.Count > 0 ? Outcome.Of(findings, "") : none;
        }

        if (BanEngines.Fail2Ban(facts))
        {
            unseen = BanEngines.Fail2BanUnseen(facts) ?? unseen;
            foreach (Fail2BanJail jail in facts.Guarding.Fail2Ban?.Jails ?? [])
            {
                Judge(findings, jail);
            }
        }

        return Outcome.Of(findings, "every ban ends, and bans lie in sets", unseen);
    }

    private static void Judge(List<Finding> findings, Fail2BanJail jail)
    {
        if (jail.BanTime < 0)
        {
            findings.Add(new Finding($"jail {jail.Name} bantime", "its bans never end",
                Set(jail, "bantime = 1h", "bantime.increment = true", "bantime.maxtime = 4w"))
            {
                Evidence = [BanEngines.Told(jail, "bantime")],
            });
        }

        if (jail.Actions.FirstOrDefault(static action => IsRuleEach(action)) is string action)
        {
            findings.Add(new Finding($"jail {jail.Name} action", $"{action} makes a rule for each ban",
                Set(jail, "banaction = nftables[type=multiport]", "banaction_allports = nftables[type=allports]"))
            {
                Evidence = [BanEngines.Told(jail, "banaction"), BanEngines.Told(jail, "action")],
                Severity = action.Contains("rich", StringComparison.Ordinal) ? Severity.Medium : Severity.Low,
            });
        }
    }

    /// <summary>Whether an action makes a rule for each ban; those with "ipset" or "nftables" in their names keep a set.</summary>
    internal static bool IsRuleEach(string action) =>
        (action.StartsWith("iptables", StringComparison.Ordinal) || action.StartsWith("firewallcmd", StringComparison.Ordinal))
            && !action.Contains("ipset", StringComparison.Ordinal)
        || action is "ufw" or "hostsdeny" or "route" or "shorewall" or "bsd-ipfw";

    private static string? RichRules(AuditFacts facts, List<Finding> findings)
    {
        foreach (ConfigFile zone in facts.Files.In("/etc/firewalld/zones", "*.xml"))
        {
            int count = 0;
            foreach (string rule in zone.Text.Split("<rule").Skip(1))
            {
                string body = rule.Split("</rule>")[0];
                if (body.Contains("<source address=", StringComparison.Ordinal)
                    && (body.Contains("<drop", StringComparison.Ordinal) || body.Contains("<reject", StringComparison.Ordinal)))
                {
                    count++;
                }
            }

            if (count > ByHand)
            {
                string name = zone.Path[(zone.Path.LastIndexOf('/') + 1)..^".xml".Length];
                findings.Add(new Finding($"firewalld zone {name}", "permanent rich rules ban single addresses, and never end",
                    new Remedy("Ban those who still deserve it by virtward, with an end, and take the rules out.")
                {
                    Steps =
                    [
                        $"cp -a {zone.Path} {zone.Path}.before", "virtward ban ADDRESS --for 1w", $"firewall-cmd --permanent --zone={name} --list-rich-rules",
                        $"firewall-cmd --permanent --zone={name} --remove-rich-rule='RULE'", "firewall-cmd --reload",
                    ],
                    Risk = Risk.Lockout,
                    Undo = $"Put {zone.Path}.before back; firewall-cmd --reload.",
                })
                { Evidence = [new Evidence(EvidenceKind.File, zone.Path,
                    string.Create(CultureInfo.InvariantCulture, $"{count} rules that drop or reject one source each"))] });
            }
        }

        return facts.Files.WhyIn("/etc/firewalld/zones");
    }

    private static Remedy Set(Fail2BanJail jail, params string[] lines) => new("Say so in a file of our own.")
    {
        Steps = ["# /etc/fail2ban/jail.d/99-virtward.local", $"[{jail.Name}]", .. lines, "fail2ban-client --test", "systemctl restart fail2ban"],
        Undo = "Remove /etc/fail2ban/jail.d/99-virtward.local; systemctl restart fail2ban.",
    };
}
