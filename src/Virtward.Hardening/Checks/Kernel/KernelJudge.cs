using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Kernel;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>What the checks of kernel settings have in common.</summary>
internal static class KernelJudge
{
    /// <summary>Our drop-in.</summary>
    public const string DropIn = "/etc/sysctl.d/99-virtward.conf";

    private const int MaxShown = 12;

    /// <summary>Why the settings are not known at all; null: some are.</summary>
    public static Outcome? Excuse(AuditFacts facts) => facts.Snapshot.Text(SnapshotNames.Sysctl) is null
        ? Outcome.Unknown($"the kernel's settings are not known: {facts.Why(SnapshotNames.Sysctl)}")
        : null;

    /// <summary>Judges settings: as they are in force, and as the next boot makes them.</summary>
    public static Outcome Settings(AuditFacts facts, ImmutableArray<SysctlRule> rules)
    {
        if (Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        List<Finding> findings = [];
        List<string> unseen = [];
        List<string> seen = [];
        foreach (SysctlRule rule in rules)
        {
            if (facts.Kernel.Number(rule.Key) is not int value)
            {
                if (!rule.Optional || facts.Kernel.Why(rule.Key) is not null)
                {
                    unseen.Add(facts.Kernel.Why(rule.Key) ?? $"{rule.Key} is not known");
                }

                continue;
            }

            if (!rule.Good(value))
            {
                findings.Add(Tell(facts, rule.Key, rule.What, [rule.Key], rule.Wanted, rule.Risk, rule.Severity));
            }
            else if (AtBoot(facts, rule.Key) is SysctlLine line && int.TryParse(line.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int later) && !rule.Good(later))
            {
                findings.Add(Tell(facts, rule.Key, $"{rule.What}, from the next boot on: a file sets it so", [rule.Key], rule.Wanted, rule.Risk, rule.Severity));
            }
            else
            {
                seen.Add(string.Create(CultureInfo.InvariantCulture, $"{rule.Key} = {value}"));
            }
        }

        return Outcome.Of(findings, string.Join(", ", seen.Take(MaxShown)), Join(unseen));
    }

    /// <summary>A finding about one or several settings that are to get the same value.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="what">What is the matter.</param>
    /// <param name="keys">The settings, as sysctl(8) writes them.</param>
    /// <param name="wanted">The value.</param>
    /// <param name="risk">What it may break.</param>
    /// <param name="severity">How bad it is; null: as bad as the check says.</param>
    public static Finding Tell(AuditFacts facts, string subject, string what, IReadOnlyList<string> keys, int wanted, Risk risk = Risk.None, Severity? severity = null)
    {
        string[] shown = [.. keys.Take(MaxShown)];
        List<string> steps = [$"# {DropIn}"];
        steps.AddRange(shown.Select(key => string.Create(CultureInfo.InvariantCulture, $"{key} = {wanted}")));
        if (keys.Count > shown.Length)
        {
            steps.Add($"# and so for {keys.Count - shown.Length} more interfaces");
        }

        foreach (SysctlLine late in shown.Select(key => AtBoot(facts, key)).OfType<SysctlLine>().Where(static line => IsLater(line.Path)).Distinct())
        {
            steps.Add($"# {late.Path}:{late.Number}: take out \"{late.Text}\", which is read later and so would win");
        }

        steps.Add($"sysctl -p {DropIn}");
        return new Finding(subject, what, new Remedy($"Set {(keys.Count == 1 ? keys[0] : subject)} to {wanted}, now and at every boot.")
        {
            Steps = [.. steps],
            Kernel = [.. keys.Select(key => new KernelValue(key, wanted))],
            Risk = risk,
            Undo = $"take the lines out of {DropIn}; {string.Join("; ", shown.Where(key => facts.Kernel.Value(key) is not null).Select(key => $"sysctl -w {key}={facts.Kernel.Value(key)}"))}",
        })
        {
            Evidence = [.. shown.SelectMany(key => Evidence(facts, key)).Take(2 * MaxShown)],
            Severity = severity,
        };
    }

    /// <summary>What a setting is, the line that sets it at boot, and the lines that lose to it.</summary>
    public static IEnumerable<Evidence> Evidence(AuditFacts facts, string key)
    {
        yield return Checks.Evidence.OfSetting(key, facts.Kernel.Value(key) ?? "not known");
        ImmutableArray<SysctlLine> lines = facts.Kernel.Boot.Of(key);
        for (int i = 0; i < Math.Min(lines.Length, 3); i++)
        {
            string note = i > 0 ? " (loses: a later file sets it too)"
                : lines[0].Value != facts.Kernel.Value(key) ? " (wins at boot; the kernel that runs has something else)" : " (wins at boot)";
            yield return Checks.Evidence.OfLine(lines[i].Path, lines[i].Number, lines[i].Text + note);
        }

        if (lines.IsEmpty && facts.Files.Find("/etc/sysctl.conf") is ConfigFile old && !facts.Files.States.Any(static state => state.Target?.EndsWith("sysctl.conf", StringComparison.Ordinal) == true))
        {
            int number = 0;
            foreach (string line in old.Lines)
            {
                number++;
                int equals = line.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0 && SysctlBoot.ToPath(line[..equals].Trim()) == SysctlBoot.ToPath(key))
                {
                    yield return Checks.Evidence.OfLine(old.Path, number, line + " (not read at boot: no directory of sysctl.d(5) has a link to this file)");
                }
            }
        }
    }

    /// <summary>The line that sets a setting at boot; null: none does, or that is not known.</summary>
    public static SysctlLine? AtBoot(AuditFacts facts, string key) => facts.Kernel.Boot.Of(key) is [SysctlLine line, ..] ? line : null;

    /// <summary>Interfaces that IP sees: not loopback, no port of a bridge or bond, and either up or with an address.</summary>
    public static ImmutableArray<NetworkInterface> Interfaces(AuditFacts facts)
    {
        Dictionary<string, NetworkInterface> byName = facts.Host.Network.Interfaces.DistinctBy(static one => one.Name).ToDictionary(static one => one.Name, StringComparer.Ordinal);
        return
        [
            .. facts.Host.Network.Interfaces.Where(one => !one.Loopback && (one.Up || one.Addresses.Length > 0)
                && !(one.Master is string master && byName.TryGetValue(master, out NetworkInterface? over) && over.Kind is "bridge" or "bond" or "team")
                && one.Kind is not ("vrf" or "macvtap" or "ipvtap")),
        ];
    }

    /// <summary>The interfaces that packets of a zone come in by, as IP sees them.</summary>
    public static ImmutableHashSet<string> Of(AuditFacts facts, string zone) => [.. facts.Zones.Find(zone)?.Entries.Select(static entry => entry.Interface) ?? []];

    /// <summary>Several reasons in one; null: none.</summary>
    public static string? Join(List<string> unseen) => unseen.Count == 0 ? null : string.Join("; ", unseen.Distinct(StringComparer.Ordinal).Take(4));

    /// <summary>Whether a file of sysctl.d(5) is read after ours.</summary>
    internal static bool IsLater(string path) => string.CompareOrdinal(path[(path.LastIndexOf('/') + 1)..], DropIn[(DropIn.LastIndexOf('/') + 1)..]) > 0;
}
