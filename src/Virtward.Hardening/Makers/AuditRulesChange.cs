using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>auditd with rules for what an intruder on a hypervisor would change.</summary>
public static class AuditRulesChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "audit.rules";

    private const string Unit = "auditd.service";
    private const string Path = "/etc/audit/rules.d/00-virtward.rules";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Outcome outcome = Mac04.Check.Judge(facts);
        if (outcome.Status != Status.Fail)
        {
            return MadeChanges.None;
        }

        bool runs = facts.Units.IsActive(Unit);
        string package = facts.Distribution.Choose("audit", "auditd");
        string text = ConfigText.Ours("Rules that others have already are there twice, which augenrules(8) takes.",
            Mac04.Topics.SelectMany(static topic => topic.Rules).Select(rule => rule.Replace("/etc/nftables.conf", Mac04.FirewallPath(facts), StringComparison.Ordinal)));

        // RHEL forbids to stop auditd by systemctl; where a unit of its own loads the rules (audit 4), that is started anew. Debian's package starts auditd as it is installed, before our
        // rules are there.
        bool installs = facts.Packages.Problem is null && !facts.Packages.Has(package);
        string? loader = facts.Units.Find("audit-rules.service") is not null ? "audit-rules.service" : facts.Distribution.Family == Family.Debian && (runs || installs) ? Unit : null;
        List<string> notes = [];
        if (runs && loader is null)
        {
            notes.Add("the audit rules are loaded at the next boot, or by augenrules --load");
        }

        if (outcome.Findings.Any(static finding => finding.Subject == "audit enabled"))
        {
            notes.Add("auditing is switched off in the kernel: auditctl -e 1");
        }

        return MadeChanges.Of(
            new Change(Id, "record what an intruder would change", "Who changed the firewall, redefined a guest or loaded a module is to be found in no other log.")
            {
                MayBeLeftOut = true,
                Checks = [Mac04.Check.Id],
                Risk = ChangeRisk.None,
                Steps =
                [
                    .. installs ? [new PackageStep(package, true)] : (ReadOnlySpan<Step>)[],
                    new FileStep(Path, text, ConfigText.Private),
                    .. runs ? (ReadOnlySpan<Step>)[] : [new UnitStep(Unit, UnitBoot.Enabled, true)],
                ],
                Effects = loader is null ? [] : [new UnitEffect(loader, UnitEffectKind.Restart)],
            },
            notes);
    }
}
