using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-09.</summary>
public static class Ssh09
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-09",
        Severity = Severity.High,
        Title = "sshd agrees on keys by hybrid post-quantum exchanges first, and by none that is weak",
        Why = "What passes an administrator's session today (root's passwords of guests, disk keys) can be recorded and decrypted once quantum computers are there. Exchanges with SHA-1 can be broken with less.",
        References = ["CIS RHEL 9 v2.0.0 1.6.1", "CIS RHEL 9 v2.0.0 5.1.5", "CIS Debian 12 v1.1.0 5.1.12"],
        Judge = Judge,
    };

    /// <summary>Hybrids of a curve and a post-quantum exchange, the best first.</summary>
    private static readonly ImmutableArray<string> Hybrids = ["mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"];

    private static readonly ImmutableArray<string> Classic =
        ["curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group18-sha512", "diffie-hellman-group16-sha512"];

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        List<Finding> findings = [];
        List<string> unseen = [];
        foreach (SshInstance instance in facts.Ssh.Instances)
        {
            SshView view = instance.Everybody;
            SshJudge.AddProblem(view, unseen);
            if (view.Value("kexalgorithms") is not string list)
            {
                unseen.Add($"the key exchanges of {instance.Config.Path} are not known: sshd was not asked, and its version is not known");
                continue;
            }

            findings.AddRange(Weak(facts, instance, list.Split(',')));
        }

        if (facts.Distribution.Family == Family.Rhel && Policy(facts) is string policy && policy.StartsWith("LEGACY", StringComparison.Ordinal))
        {
            findings.Add(new Finding("crypto policy", "the system's crypto policy is LEGACY, which allows what is broken", new Remedy("Set the default policy.")
            {
                Steps = ["update-crypto-policies --set DEFAULT", "systemctl reload sshd"],
                Risk = Risk.Service,
                Undo = $"update-crypto-policies --set {policy}",
            }) { Evidence = [new Evidence(EvidenceKind.File, "/etc/crypto-policies/state/current", policy)] });
        }

        return Outcome.Of(findings, $"{SshJudge.Basis(facts)} kexalgorithms {facts.Ssh.Instances[0].Everybody.Value("kexalgorithms")}", SshJudge.Join(unseen));
    }

    /// <summary>The exchanges to offer, the best first; null: not known what this OpenSSH knows, or the system's crypto policy allows only its own (FIPS 140).</summary>
    internal static string? Wanted(AuditFacts facts)
    {
        ImmutableArray<string> known = facts.Ssh.KnownKeyExchanges;
        bool fips = facts.Distribution.Family == Family.Rhel && Policy(facts)?.StartsWith("FIPS", StringComparison.Ordinal) == true;
        return known.IsEmpty || fips ? null : string.Join(',', Hybrids.Concat(Classic).Where(one => known.Contains(one)));
    }

    private static IEnumerable<Finding> Weak(AuditFacts facts, SshInstance instance, string[] used)
    {
        ImmutableArray<string> known = facts.Ssh.KnownKeyExchanges;
        // FIPS 140 allows NIST's curves only.
        bool fips = facts.Distribution.Family == Family.Rhel && Policy(facts)?.StartsWith("FIPS", StringComparison.Ordinal) == true;
        ImmutableArray<string> possible = fips ? [] : [.. Hybrids.Where(hybrid => known.Contains(hybrid) || used.Contains(hybrid))];
        Finding Tell(string subject, string what, Severity? severity) => new(subject + instance.Suffix, what, Mend(facts, instance, possible)) { Evidence = instance.Everybody.Evidence("kexalgorithms"), Severity = severity };

        if (!possible.IsEmpty && !used.Any(Hybrids.Contains))
        {
            yield return Tell("KexAlgorithms post-quantum", $"no hybrid post-quantum exchange is offered, though this OpenSSH knows {possible[0]}", null);
        }
        else if (!possible.IsEmpty && !Hybrids.Contains(used[0]))
        {
            yield return Tell("KexAlgorithms order", $"{used[0]} goes before the hybrid post-quantum exchanges", Severity.Medium);
        }

        string[] broken = [.. used.Where(static one => one.Contains("sha1", StringComparison.Ordinal) || one.StartsWith("gss-group1-", StringComparison.Ordinal))];
        if (broken.Length > 0)
        {
            yield return Tell("KexAlgorithms SHA-1", $"exchanges with SHA-1 are offered: {string.Join(", ", broken.Take(4))}", null);
        }

        string[] doubtful = fips ? [] : [.. used.Where(static one => one.Contains("nistp", StringComparison.Ordinal))];
        if (doubtful.Length > 0)
        {
            yield return Tell("KexAlgorithms NIST curves", $"exchanges on NIST's curves are offered beside curve25519: {string.Join(", ", doubtful.Take(4))}", Severity.Low);
        }
    }

    private static Remedy Mend(AuditFacts facts, SshInstance instance, ImmutableArray<string> possible)
    {
        ImmutableArray<string> known = facts.Ssh.KnownKeyExchanges;
        string[] wanted = [.. possible, .. Classic];
        Remedy remedy = SshRemedy.Set(facts, instance, ["kexalgorithms"], $"KexAlgorithms {string.Join(',', wanted.Where(one => known.IsEmpty || known.Contains(one)))}");
        return remedy with
        {
            Risk = remedy.Risk | Risk.Service,
            Steps = facts.Distribution.Family == Family.Rhel ? remedy.Steps.Insert(0, "# it is read before Red Hat's own files (50-redhat.conf, 40-redhat-crypto-policies.conf), and so before the crypto policy's list") : remedy.Steps,
        };
    }

    /// <summary>The crypto policy of RHEL's family that is in force; null: there is none, or it was not seen.</summary>
    internal static string? Policy(AuditFacts facts) =>
        (facts.Files.Find("/etc/crypto-policies/state/current") ?? facts.Files.Find("/etc/crypto-policies/config"))?.Lines.Select(static line => line.Trim()).FirstOrDefault(static line => line.Length > 0 && line[0] != '#');
}
