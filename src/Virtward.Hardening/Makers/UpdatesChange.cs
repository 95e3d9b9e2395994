using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Updates;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Security updates that install themselves, by the distribution's own program.</summary>
public static class UpdatesChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "updates";

    /// <summary>Our file for apt; the last file that names a setting wins.</summary>
    public const string Apt = "/etc/apt/apt.conf.d/99-virtward";

    private static readonly ImmutableArray<string> AptTimers = ["apt-daily.timer", "apt-daily-upgrade.timer"];

    private const string Dnf = "/etc/dnf/automatic.conf";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Updates.Automatic)
        {
            return MadeChanges.None;
        }

        // When updates ran last is not a setting.
        bool fails = Upd01.Check.Judge(facts).Findings.Any(static finding => finding.Subject != "last run");
        return facts.Distribution.Family switch
        {
            Family.Debian => Debian(facts, policy, fails),
            Family.Rhel when fails => Rhel(facts, policy),
            _ => MadeChanges.None,
        };
    }

    private static MadeChanges Debian(AuditFacts facts, HostPolicy policy, bool fails)
    {
        string text = ConfigText.Ours("", Lines(policy.Updates)).Replace("# ", "// ", StringComparison.Ordinal);
        bool restart = policy.Updates.RebootAt is not null && facts.Files.Find(Apt)?.Text != text;
        if (!fails && !restart)
        {
            return MadeChanges.None;
        }

        string[] timers = [.. AptTimers.Where(timer => !facts.Units.IsActive(timer))];
        return MadeChanges.Of(Made(
            [
                .. facts.Packages.Has("unattended-upgrades") ? (ReadOnlySpan<Step>)[] : [new PackageStep("unattended-upgrades", true)],
                new FileStep(Apt, text, ConfigText.Public),
                .. timers.Select(static timer => new UnitStep(timer, UnitBoot.Enabled, true)),
            ], fails));
    }

    private static IEnumerable<string> Lines(UpdatesPolicy updates)
    {
        yield return "APT::Periodic::Enable \"1\";";
        yield return "APT::Periodic::Update-Package-Lists \"1\";";
        yield return "APT::Periodic::Unattended-Upgrade \"1\";";
        yield return "Unattended-Upgrade::Origins-Pattern:: \"origin=${distro_id},archive=${distro_codename}-security\";";
        yield return "Unattended-Upgrade::Origins-Pattern:: \"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\";";
        yield return $"Unattended-Upgrade::Automatic-Reboot \"{(updates.RebootAt is null ? "false" : "true")}\";";
        if (updates.RebootAt is TimeOnly time)
        {
            yield return $"Unattended-Upgrade::Automatic-Reboot-Time \"{time.ToString("HH:mm", CultureInfo.InvariantCulture)}\";";
        }
    }

    private static MadeChanges Rhel(AuditFacts facts, HostPolicy policy)
    {
        bool five = facts.Packages.Has("dnf5");
        string package = five ? "dnf5-plugin-automatic" : "dnf-automatic";
        string timer = five ? "dnf5-automatic.timer" : "dnf-automatic.timer";
        string type = facts.Distribution.Id == "centos" ? "default" : "security";
        string text = facts.Files.Find(Dnf)?.Text ?? "[commands]\n";
        text = ConfigText.SetIni(ConfigText.SetIni(text, "commands", "upgrade_type", type), "commands", "apply_updates", "yes");
        List<string> notes = [];
        if (policy.Updates.RebootAt is not null)
        {
            notes.Add("updates.reboot-at is not set up here: dnf-automatic restarts right after it has installed updates, not at a time; UPD-03 says when a restart is due");
        }

        return MadeChanges.Of(Made(
            [
                .. facts.Packages.Has(package) ? (ReadOnlySpan<Step>)[] : [new PackageStep(package, true)], new FileStep(Dnf, text, ConfigText.Public), new UnitStep(timer, UnitBoot.Enabled, true),
            ], true), notes);
    }

    private static Change Made(ImmutableArray<Step> steps, bool fails) => new(Id, "have security updates install themselves", "Exploits follow an advisory within days; a hole in QEMU or KVM lets a guest out onto the host.")
    {
        Checks = fails ? [Upd01.Check.Id] : [],
        Risk = ChangeRisk.Service,
        MayBeLeftOut = steps.Any(static step => step is PackageStep),
        Steps = steps,
    };
}
