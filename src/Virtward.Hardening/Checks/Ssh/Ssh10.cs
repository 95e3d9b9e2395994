using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-10.</summary>
public static class Ssh10
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-10",
        Severity = Severity.Medium,
        Title = "sshd encrypts and authenticates with nothing weak",
        Why = "An old cipher or checksum that is offered is taken by an old client, and can be forced on nobody else; but what an administrator types over it (passwords of guests, keys of disks) is only as safe as it is.",
        References = ["CIS RHEL 9 v2.0.0 5.1.4", "CIS RHEL 9 v2.0.0 5.1.6", "CIS Debian 12 v1.1.0 5.1.6", "CIS Debian 12 v1.1.0 5.1.15"],
        Judge = Judge,
    };

    internal const string Ciphers = "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr";
    internal const string Macs = "hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com";

    private static readonly ImmutableHashSet<string> GoodCiphers = [.. Ciphers.Split(',')];
    private static readonly ImmutableHashSet<string> GoodMacs = [.. Macs.Split(',')];

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
            if (view.Value("ciphers") is not string ciphers || view.Value("macs") is not string macs)
            {
                unseen.Add($"the ciphers of {instance.Config.Path} are not known: sshd was not asked, and its version is not known");
                continue;
            }

            string[] weak = [.. ciphers.Split(',').Where(static one => !GoodCiphers.Contains(one))];
            if (weak.Length > 0)
            {
                findings.Add(new Finding("Ciphers" + instance.Suffix, $"weak ciphers are offered: {string.Join(", ", weak.Take(6))}", Mend(facts, instance, "ciphers", $"Ciphers {Ciphers}")) { Evidence = view.Evidence("ciphers") });
            }

            // The others bring their own checksum.
            if (ciphers.Split(',').Any(static one => !one.Contains("gcm", StringComparison.Ordinal) && !one.Contains("poly1305", StringComparison.Ordinal)))
            {
                findings.AddRange(OfMacs(facts, instance, macs.Split(',')));
            }
        }

        SshView main = facts.Ssh.Instances[0].Everybody;
        return Outcome.Of(findings, $"{main.Basis} ciphers {main.Value("ciphers")}; macs {main.Value("macs")}", SshJudge.Join(unseen));
    }

    private static IEnumerable<Finding> OfMacs(AuditFacts facts, SshInstance instance, string[] macs)
    {
        static bool IsWeak(string mac) => mac.Contains("sha1", StringComparison.Ordinal) || mac.Contains("md5", StringComparison.Ordinal)
            || mac.Contains("ripemd", StringComparison.Ordinal) || mac.StartsWith("umac-64", StringComparison.Ordinal);
        string[] weak = [.. macs.Where(IsWeak)];
        string[] early = [.. macs.Where(static mac => !IsWeak(mac) && !GoodMacs.Contains(mac))];
        Remedy remedy = Mend(facts, instance, "macs", $"MACs {Macs}");
        if (weak.Length > 0)
        {
            yield return new Finding("MACs weak" + instance.Suffix, $"weak checksums are offered: {string.Join(", ", weak.Take(6))}", remedy) { Evidence = instance.Everybody.Evidence("macs") };
        }

        if (early.Length > 0)
        {
            yield return new Finding("MACs encrypt-and-MAC" + instance.Suffix, $"checksums over what is not yet encrypted are offered: {string.Join(", ", early.Take(6))}", remedy)
            {
                Evidence = instance.Everybody.Evidence("macs"),
                Severity = Severity.Low,
            };
        }
    }

    private static Remedy Mend(AuditFacts facts, SshInstance instance, string keyword, string line)
    {
        Remedy remedy = SshRemedy.Set(facts, instance, [keyword], line);
        return remedy with { Risk = remedy.Risk | Risk.Service };
    }
}
