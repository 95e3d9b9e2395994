using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-02.</summary>
public static class Ssh02
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-02",
        Severity = Severity.High,
        Title = "an administrator can log in with a key",
        Why = "Before passwords are turned off somebody who may become root needs a key that sshd takes: else the next reload locks everybody out of a host whose guests go on running without a master.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        SshInstance instance = facts.Ssh.Instances[0];
        SshView view = instance.Everybody;
        if (view.Problem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        if (facts.Ssh.Users.Problem is string users)
        {
            return Outcome.Unknown($"the accounts are not known: {users}");
        }

        List<string> unseen = [];
        List<Evidence> evidence = [];
        if (AdminKeys.Find(facts, view, SshAdmission.InForce, unseen, evidence) is var (admin, key, path))
        {
            return Outcome.Pass($"{admin.Name} may become root and has a key that sshd takes ({key.Type}, {path}:{key.Line})");
        }

        if (unseen.Count > 0)
        {
            return Outcome.Unknown(SshJudge.Join(unseen)!);
        }

        if (evidence.Count == 0)
        {
            ImmutableArray<SshUser> admins = SshAdmins.Of(facts, view, SshAdmission.InForce);
            evidence.Add(Evidence.OfSetting("accounts that may become root", admins.IsEmpty ? "none with a shell" : string.Join(", ", admins.Take(10).Select(static user => user.Name))));
        }

        if (view.Value("pubkeyauthentication") == "no")
        {
            evidence.AddRange(view.Evidence("pubkeyauthentication"));
        }

        return Outcome.Of(
            [
                new Finding("administrator's key", "no account that may become root has a key that sshd takes", new Remedy("Give an administrator a key, and try it, before passwords are turned off.")
                {
                    Steps =
                    [
                        "ssh-keygen -t ed25519    # on the administrator's own machine",
                        "ssh-copy-id -i ~/.ssh/id_ed25519.pub ADMIN@HOST    # from there",
                        $"usermod -aG {facts.Distribution.Choose("wheel", "sudo")} ADMIN    # here, where ADMIN may not become root yet",
                        "ssh -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no ADMIN@HOST sudo -v",
                    ],
                    Undo = "take the key's line out of ~ADMIN/.ssh/authorized_keys",
                }) { Evidence = [.. evidence.Take(8)] },
            ],
            "");
    }
}
