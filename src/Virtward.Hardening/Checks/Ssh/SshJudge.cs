using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>What the checks about sshd have in common.</summary>
internal static class SshJudge
{
    private static readonly ImmutableArray<string> Units = ["ssh.service", "sshd.service", "ssh.socket", "sshd.socket"];

    /// <summary>Why sshd is not judged: it is known not to be there, or nothing is known of it. null: judge it.</summary>
    public static Outcome? Excuse(AuditFacts facts)
    {
        if (facts.Ssh.Absent is string absent)
        {
            return Outcome.NotApplicable(absent);
        }

        if (facts.Ssh.Problem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        bool known = facts.Units.Problem is null && facts.Units.FilesProblem is null && facts.Snapshot.Text(SnapshotNames.Listeners) is not null;
        return known && !Units.Any(unit => facts.Units.IsActive(unit) || facts.Units.IsEnabled(unit)) && !facts.Host.Listeners.Any(static one => one.Purpose == "ssh")
            ? Outcome.NotApplicable("sshd is installed, but neither runs nor starts at boot")
            : null;
    }

    /// <summary>Judges settings of every sshd, for connections that no Match block is for.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="rules">What must hold.</param>
    /// <param name="adapt">Changes a finding, or takes it back (null).</param>
    public static Outcome Settings(AuditFacts facts, ImmutableArray<SshRule> rules, Func<SshView, SshRule, Finding, Finding?>? adapt = null)
    {
        if (Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        List<Finding> findings = [];
        List<string> unseen = [];
        foreach (SshInstance instance in facts.Ssh.Instances)
        {
            AddProblem(instance.Everybody, unseen);
            foreach (SshRule rule in rules)
            {
                Judge(facts, instance, rule, adapt, findings, unseen);
            }
        }

        return Outcome.Of(findings, $"{Basis(facts)} {string.Join(", ", rules.Select(rule => facts.Ssh.Instances[0].Everybody.Value(rule.Keyword) is string value ? $"{rule.Keyword} {value}" : null).OfType<string>())}", Join(unseen));
    }

    /// <summary>What a pass rests on.</summary>
    public static string Basis(AuditFacts facts) => facts.Ssh.Instances[0].Everybody.Basis;

    /// <summary>Adds why a view cannot be relied on.</summary>
    public static void AddProblem(SshView view, List<string> unseen)
    {
        if (view.Problem is string problem)
        {
            unseen.Add(problem);
        }
    }

    /// <summary>Several reasons in one; null: none.</summary>
    public static string? Join(List<string> unseen) => unseen.Count == 0 ? null : string.Join("; ", unseen.Distinct(StringComparer.Ordinal).Take(4));

    /// <summary>Whether a value of a view breaks a rule; false where it is not known.</summary>
    public static bool Breaks(SshView view, SshRule rule) => view.Value(rule.Keyword) is string value && !rule.Good(value.ToLowerInvariant());

    /// <summary>The sockets that ssh is served on, systemd's for it too.</summary>
    public static ImmutableArray<Listener> Sockets(AuditFacts facts)
    {
        HostFacts host = facts.Host;
        HashSet<string> activated = [.. facts.Units.Sockets.Where(static one => one.Unit is "ssh.socket" or "sshd.socket").Select(static one => one.Listen[(one.Listen.LastIndexOf(':') + 1)..])];
        return [.. host.Listeners.Where(one => one.Protocol == "tcp" && (one.Purpose == "ssh" || (one.Purpose == "systemd" && activated.Contains(one.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)))))];
    }

    /// <summary>Whether systemd listens for sshd.</summary>
    public static bool IsSocketActivated(AuditFacts facts) => facts.Units.IsActive("ssh.socket") || facts.Units.IsActive("sshd.socket");

    private static void Judge(AuditFacts facts, SshInstance instance, SshRule rule, Func<SshView, SshRule, Finding, Finding?>? adapt, List<Finding> findings, List<string> unseen)
    {
        SshView view = instance.Everybody;
        if (view.Value(rule.Keyword) is not string value)
        {
            if (view.Knows(rule.Keyword) is null)
            {
                unseen.Add($"{rule.Keyword} of {instance.Config.Path} is not known: sshd was not asked, and its version is not known");
            }

            return;
        }

        if (rule.Good(value.ToLowerInvariant()))
        {
            return;
        }

        var finding = new Finding(rule.Name + instance.Suffix, rule.What, SshRemedy.Set(facts, instance, [rule.Keyword], rule.Line))
        {
            Evidence = view.Evidence(rule.Keyword),
            Severity = rule.Severity,
        };
        if ((adapt is null ? finding : adapt(view, rule, finding)) is Finding kept)
        {
            findings.Add(kept);
        }
    }
}
