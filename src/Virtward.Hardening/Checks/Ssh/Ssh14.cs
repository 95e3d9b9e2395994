using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-14.</summary>
public static class Ssh14
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-14",
        Severity = Severity.Medium,
        Title = "sshd lets in named users or groups only, an administrator among them",
        Why = "Packages make accounts, and some come with a shell. With AllowGroups a new account is no way in until somebody decides so.",
        References = ["CIS RHEL 9 v2.0.0 5.1.7", "CIS Debian 12 v1.1.0 5.1.4"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        List<Finding> findings = [];
        List<string> unseen = [];
        string group = facts.Distribution.Choose("wheel", "sudo");
        foreach (SshInstance instance in facts.Ssh.Instances)
        {
            SshView view = instance.Everybody;
            SshJudge.AddProblem(view, unseen);
            ImmutableArray<string> users = view.Values("allowusers");
            ImmutableArray<string> groups = view.Values("allowgroups");
            Remedy remedy = SshRemedy.Set(facts, instance, [], $"AllowGroups {group}");
            remedy = remedy with { Steps = remedy.Steps.Insert(0, $"id ADMIN    # every administrator must be in {group}; root too, where root is to log in: AllowGroups {group} root") };
            if (users.IsEmpty && groups.IsEmpty)
            {
                findings.Add(new Finding("AllowGroups" + instance.Suffix, "every account with a shell may log in", remedy)
                {
                    Evidence = [.. view.Evidence("allowgroups").Take(2), .. view.Evidence("allowusers").Take(2)],
                    Severity = facts.Profile == Profile.Lab ? Severity.Low : null,
                });
            }
            else if (facts.Ssh.Users.Problem is string problem)
            {
                unseen.Add($"whether an administrator is among them is not known: {problem}");
            }
            else if (!SshAdmins.Of(facts, view, SshAdmission.InForce).Any(user => SshAdmins.Admits(facts.Ssh, view, user, SshAdmission.InForce)))
            {
                findings.Add(new Finding("administrator" + instance.Suffix, "none of those who are let in may become root", remedy)
                {
                    Evidence = [.. view.Evidence(groups.IsEmpty ? "allowusers" : "allowgroups")],
                });
            }
        }

        SshView main = facts.Ssh.Instances[0].Everybody;
        return Outcome.Of(findings, $"{main.Basis} allowgroups {string.Join(' ', main.Values("allowgroups"))}, allowusers {string.Join(' ', main.Values("allowusers"))}", SshJudge.Join(unseen));
    }
}
