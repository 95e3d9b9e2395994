using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>
/// Fail2Ban where an administrator keeps it: a file of ours that is read after the others, for jails that read what exists, ban whom they should where it counts, and never the
/// administrators. Its filters and the rest of its set-up are its owner's.
/// </summary>
public static class Fail2BanChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "fail2ban";

    /// <summary>Our file; of one kind, the last by name wins (fail2ban's jail.conf(5)).</summary>
    public const string Path = "/etc/fail2ban/jail.d/zz-virtward.local";

    private const string JournalModule = "python3-systemd";

    private static readonly ImmutableArray<Check> Checks = [Ban01.Check, Ban02.Check, Ban03.Check, Ban04.Check, Ban05.Check, Ban06.Check];

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        // Without its own jail.conf Fail2Ban does not start, and there is nothing to build on.
        if (!policy.Guard.Managed || facts.Files.Find("/etc/fail2ban/jail.conf") is null || facts.Units.Problem is not null || !BanEngines.Fail2Ban(facts) || facts.Guarding.Fail2Ban is not { Problem: null })
        {
            return MadeChanges.None;
        }

        Fail2BanSettings settings = Fail2BanSettings.Of(facts, policy, Path);
        string text = ConfigText.Ours("docs/checks has the reasons: BAN-01 to BAN-06.", settings.Lines);
        bool runs = facts.Units.IsActive(BanEngines.Fail2BanUnit);
        if (settings.Lines.IsEmpty ? runs && !settings.NeedsJournalModule : runs && !settings.NeedsJournalModule && facts.Files.Find(Path)?.Text == text)
        {
            return MadeChanges.Only(settings.Notes);
        }

        return MadeChanges.Of(
            new Change(Id, "set Fail2Ban up to read what exists, ban where it counts, and never the administrators", "A jail that waits for a log that does not exist sees nothing; one without a list of friends bans its own administrator.")
            {
                Checks = [.. Checks.Where(check => Answers(check, facts, settings)).Select(static check => check.Id)],
                Risk = ChangeRisk.Service,

                // Somebody else's set-up may have troubles of its own: they are no reason to leave the host open.
                MayBeLeftOut = true,
                Steps =
                [
                    .. settings.NeedsJournalModule ? (ReadOnlySpan<Step>)[new PackageStep(JournalModule, true)] : [],
                    .. settings.Lines.IsEmpty ? (ReadOnlySpan<Step>)[] : [new FileStep(Path, text, ConfigText.Public)],
                    .. runs ? (ReadOnlySpan<Step>)[] : [new UnitStep(BanEngines.Fail2BanUnit, null, true)],
                ],
                Proofs = [new Proof(["fail2ban-client", "--test"], "Fail2Ban accepts its configuration")],
                Effects = runs ? [new UnitEffect(BanEngines.Fail2BanUnit, settings.NeedsJournalModule ? UnitEffectKind.Restart : UnitEffectKind.Reload)] : [],
            }, settings.Notes);
    }

    // That it runs, and has its module, is for the other steps.
    private static bool Answers(Check check, AuditFacts facts, Fail2BanSettings settings) => check.Judge(facts).Status == Status.Fail
        && check.Judge(settings.After).Findings.All(static finding => finding.Subject == BanEngines.Fail2BanUnit || finding.Evidence.Any(static evidence => evidence.Kind == EvidenceKind.Package));
}
