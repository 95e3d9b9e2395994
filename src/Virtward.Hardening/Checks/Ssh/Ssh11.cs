using System.Collections.Immutable;
using System.Globalization;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-11.</summary>
public static class Ssh11
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-11",
        Severity = Severity.Medium,
        Title = "host keys and users' keys are Ed25519, or RSA of 3072 bits and more",
        Why = "A user's weak key is a password that can be computed. A host's weak key lets somebody stand between the administrator and the hypervisor without a warning.",
        Judge = Judge,
    };

    internal static readonly ImmutableArray<SshRule> Rules =
    [
        new("RequiredRSASize", static value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits >= AuthorizedKey.MinimumRsa, "3072", "RSA keys below 3072 bits are taken"),
    ];

    private static readonly ImmutableArray<string> UsualHostKeys = ["/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key"];

    private static Outcome Judge(AuditFacts facts)
    {
        Outcome rule = SshJudge.Settings(facts, Rules);
        if (rule.Status == Status.NotApplicable || (rule.Status == Status.Unknown && facts.Ssh.Problem is not null))
        {
            return rule;
        }

        List<Finding> findings = [.. rule.Findings];
        List<string> unseen = [.. new[] { rule.Unseen, rule.Status == Status.Unknown ? rule.Reason : "" }.Where(static text => text.Length > 0)];
        int keys = 0;
        foreach (SshInstance instance in facts.Ssh.Instances)
        {
            keys += HostKeys(facts, instance, findings, unseen);
            Moduli(facts, instance, findings);
        }

        keys += UserKeys(facts, findings, unseen);
        return Outcome.Of(findings, $"{keys} keys were looked at, and none is weak", SshJudge.Join(unseen));
    }

    private static int HostKeys(AuditFacts facts, SshInstance instance, List<Finding> findings, List<string> unseen)
    {
        ImmutableArray<string> paths = instance.Everybody.Values("hostkey");
        int seen = 0;
        foreach (string path in (paths.IsEmpty ? UsualHostKeys : paths).Distinct(StringComparer.Ordinal).Take(32))
        {
            if (facts.Ssh.Keys(path + ".pub") is not [AuthorizedKey key, ..])
            {
                // Of the usual three those that do not exist are not used.
                if (!paths.IsEmpty)
                {
                    unseen.Add(facts.Files.Why(path + ".pub") ?? $"there is no {path}.pub to tell what key {path} is");
                }

                continue;
            }

            seen++;
            if (key.Weakness is string weakness)
            {
                findings.Add(new Finding($"host key {path}", $"this host's key {weakness}", SshRemedy.Set(facts, instance, [], "HostKey /etc/ssh/ssh_host_ed25519_key") with
                {
                    Summary = "Show Ed25519 only: name the host key in the drop-in, as soon as every HostKey line elsewhere is gone.",
                    Risk = Risk.Lockout | Risk.Service,
                })
                {
                    Evidence = [Evidence.OfLine(key.Path, key.Line, key.ToString()), .. instance.Everybody.Evidence("hostkey").Take(4)],
                    Severity = key.Type.StartsWith("ecdsa-", StringComparison.Ordinal) ? Severity.Low : null,
                });
            }
        }

        if (seen == 0)
        {
            unseen.Add("no public half of a host key was found");
        }

        return seen;
    }

    private static int UserKeys(AuditFacts facts, List<Finding> findings, List<string> unseen)
    {
        if (facts.Ssh.Users.Problem is string problem)
        {
            unseen.Add($"the accounts are not known: {problem}");
            return 0;
        }

        SshView view = facts.Ssh.Instances[0].Everybody;
        int seen = 0;
        foreach (SshUser user in facts.Ssh.Users.All.Where(static user => user.HasShell).Take(5000))
        {
            foreach (string path in SshFacts.KeyFiles(view, user))
            {
                if (facts.Ssh.Keys(path) is not ImmutableArray<AuthorizedKey> keys)
                {
                    string? reason = facts.Files.Why(path);
                    if (reason is not null || !facts.Host.Meta.Root)
                    {
                        unseen.Add(reason ?? "it needs root to see the users' keys");
                    }

                    continue;
                }

                seen += keys.Length;
                findings.AddRange(keys.Where(static key => key.Weakness is not null).Select(key => new Finding(
                    $"key of {user.Name}: {(key.Comment.Length > 0 ? key.Comment : key.Type)}", $"a key of {user.Name} {key.Weakness}", new Remedy($"Replace it: {user.Name} makes a new key, and the old line goes.")
                    {
                        Steps = ["ssh-keygen -t ed25519    # on the user's own machine", $"# {key.Path}: add the new key, log in with it, then take line {key.Line} out"],
                        Risk = Risk.Lockout,
                        Undo = $"put line {key.Line} back",
                    })
                {
                    Evidence = [Evidence.OfLine(key.Path, key.Line, key.ToString())],
                    Severity = key.Type.StartsWith("ecdsa-", StringComparison.Ordinal) ? Severity.Low : null,
                }));
            }
        }

        return seen;
    }

    private static void Moduli(AuditFacts facts, SshInstance instance, List<Finding> findings)
    {
        bool offered = instance.Everybody.Value("kexalgorithms")?.Contains("group-exchange", StringComparison.Ordinal) == true;
        if (!instance.IsMain || !offered || facts.Ssh.Moduli is not ImmutableArray<(int Bits, int Count)> moduli)
        {
            return;
        }

        (int Bits, int Count)[] small = [.. moduli.Where(static one => one.Bits < AuthorizedKey.MinimumRsa)];
        if (small.Length > 0)
        {
            findings.Add(new Finding("moduli", $"groups below 3072 bits are offered for the key exchange: {string.Join(", ", small.Select(static one => $"{one.Count} of {one.Bits} bits"))}",
                new Remedy("Leave the small groups out, or turn the group exchange off (SSH-09).")
                {
                    Steps = ["cp -a /etc/ssh/moduli /etc/ssh/moduli.before-virtward", "awk '/^#/ || $5 >= 3071' /etc/ssh/moduli.before-virtward > /etc/ssh/moduli"],
                    Risk = Risk.Service,
                    Undo = "mv /etc/ssh/moduli.before-virtward /etc/ssh/moduli",
                })
            {
                Evidence = [new Evidence(EvidenceKind.File, "/etc/ssh/moduli", string.Join(", ", moduli.Take(8).Select(static one => $"{one.Bits} bits: {one.Count}")))],
                Severity = Severity.Low,
            });
        }
    }
}
