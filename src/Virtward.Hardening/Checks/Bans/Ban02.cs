using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>Every jail's filter exists.</summary>
public static class Ban02
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BAN-02",
        Severity = Severity.Medium,
        Title = "every jail of Fail2Ban has a filter that exists",
        Why = "One jail whose filter is not there keeps Fail2Ban from starting, with all other jails. Many instructions still name sshd-ddos, which is gone: its lines are in the filter sshd, in the mode aggressive.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Guarding.Fail2Ban is not Fail2BanConfig config)
        {
            return facts.Packages.Problem is string problem ? Outcome.Unknown($"whether Fail2Ban is installed is not known: {problem}")
                : facts.Packages.Has("fail2ban") || facts.Packages.Has("fail2ban-server")
                    ? Outcome.Unknown("Fail2Ban is installed, and its configuration was not read")
                : Outcome.NotApplicable("Fail2Ban is not installed");
        }

        if (config.Filters.IsEmpty)
        {
            return Outcome.Unknown($"which filters there are is not known: {facts.Files.StatesProblem ?? "/etc/fail2ban/filter.d was not listed"}");
        }

        return Outcome.Of(
            config.Jails.Where(jail => jail.Filter.Length > 0 && !config.Filters.Contains(jail.Filter)
                && !jail.Filter.Contains('%', StringComparison.Ordinal))
                .Select(static jail => new Finding($"jail {jail.Name}", $"its filter {jail.Filter} does not exist",
                jail.Filter is "sshd-ddos" or "ssh-ddos" ? Aggressive(jail) : new Remedy("Switch the jail off, or give it a filter that exists.")
                {
                    Steps = ["# /etc/fail2ban/jail.d/99-virtward.local", $"[{jail.Name}]", "enabled = false", "fail2ban-client --test",
                        "systemctl restart fail2ban"],
                    Undo = "Remove /etc/fail2ban/jail.d/99-virtward.local; systemctl restart fail2ban.",
                })
            { Evidence = [BanEngines.Told(jail, "enabled"), new Evidence(EvidenceKind.File, $"/etc/fail2ban/filter.d/{jail.Filter}.conf", "not there")] }),
            $"the filters of all {config.Jails.Length} jails that are switched on exist",
            config.Problem);
    }

    private static Remedy Aggressive(Fail2BanJail jail) => new("Switch it off, and let the jail sshd count those lines too.")
    {
        Steps = ["# /etc/fail2ban/jail.d/99-virtward.local", $"[{jail.Name}]", "enabled = false", "[sshd]", "enabled = true", "mode = aggressive",
            "fail2ban-client --test", "systemctl restart fail2ban"],
        Undo = "Remove /etc/fail2ban/jail.d/99-virtward.local; systemctl restart fail2ban.",
    };
}
