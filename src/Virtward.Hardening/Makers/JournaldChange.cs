using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Logs;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>A journal that outlives a reboot, and cannot be flooded.</summary>
public static class JournaldChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "journal";

    private const string Unit = "systemd-journald.service";
    private const string Directory = "/etc/systemd/journald.conf.d";
    private const string Path = $"{Directory}/99-virtward.conf";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        string[] wrong = [.. Log01.Check.Judge(facts).Findings.Select(static finding => finding.Subject)];
        if (wrong.Length == 0)
        {
            return MadeChanges.None;
        }

        string text = ConfigText.Ours("", ["[Journal]", "Storage=persistent", "RateLimitIntervalSec=30s", "RateLimitBurst=10000", .. wrong.Contains("SystemMaxUse") ? ["SystemMaxUse=2G"] : Array.Empty<string>()]);
        List<Step> steps = [new FileStep(Path, text, ConfigText.Public)];

        // Of drop-ins the last that names a setting wins (journald.conf(5)); RateLimitInterval is the old name, and counts too.
        foreach (ConfigFile file in facts.Files.In(Directory, "*.conf").Where(static file => string.CompareOrdinal(file.Path, Path) > 0)
            .Concat(wrong.Contains("RateLimitInterval") && facts.Files.Find("/etc/systemd/journald.conf") is ConfigFile main ? [main] : Array.Empty<ConfigFile>()))
        {
            int[] lines = [.. IniFile.Read(file).Where(entry => wrong.Contains(entry.Key)).Select(static entry => entry.Line)];
            if (lines.Length > 0)
            {
                steps.Add(new FileStep(file.Path, ConfigText.CommentOut(file.Text, lines), ConfigText.Public));
            }
        }

        return MadeChanges.Of(new Change(Id, "keep the journal on disk, within limits", "After a break-in, or a crash with all guests, the first question is what happened before.")
        {
            Checks = [Log01.Check.Id],
            Risk = ChangeRisk.None,
            Steps = [.. steps],
            Effects = [new UnitEffect(Unit, UnitEffectKind.Restart)],
        });
    }
}
