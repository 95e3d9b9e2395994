using System.Collections.Immutable;
using Virtward.Core.Snapshots;
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

        ImmutableArray<SshUser> admins = SshAdmins.Of(facts, view);
        List<string> unseen = [];
        List<Evidence> evidence = [];
        bool takesKeys = view.Value("pubkeyauthentication") != "no";
        foreach (SshUser admin in admins.Take(200))
        {
            if (!SshAdmins.Admits(facts.Ssh, view, admin))
            {
                evidence.Add(Evidence.OfSetting($"AllowUsers, AllowGroups for {admin.Name}", "not admitted"));
                continue;
            }

            foreach (string path in SshFacts.KeyFiles(view, admin))
            {
                if (takesKeys && Usable(facts, view, admin, path, unseen, evidence) is AuthorizedKey key)
                {
                    return Outcome.Pass($"{admin.Name} may become root and has a key that sshd takes ({key.Type}, {path}:{key.Line})");
                }
            }
        }

        foreach (string keyword in new[] { "authorizedkeyscommand", "trustedusercakeys" })
        {
            if (view.Value(keyword) is string elsewhere && elsewhere is not ("none" or "") && takesKeys)
            {
                unseen.Add($"{keyword} {elsewhere} may give an administrator's key; it was not asked");
            }
        }

        if (unseen.Count > 0)
        {
            return Outcome.Unknown(SshJudge.Join(unseen)!);
        }

        if (evidence.Count == 0)
        {
            evidence.Add(Evidence.OfSetting("accounts that may become root", admins.IsEmpty ? "none with a shell" : string.Join(", ", admins.Take(10).Select(static user => user.Name))));
        }

        if (!takesKeys)
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

    private static AuthorizedKey? Usable(AuditFacts facts, SshView view, SshUser admin, string path, List<string> unseen, List<Evidence> evidence)
    {
        if (facts.Ssh.Keys(path) is not ImmutableArray<AuthorizedKey> keys)
        {
            if (facts.Files.Why(path) is string reason)
            {
                unseen.Add(reason);
            }
            else if (!IsGathered(path))
            {
                unseen.Add($"{path} is outside of the directories that are read");
            }
            else if (!facts.Host.Meta.Root)
            {
                unseen.Add($"it needs root to see whether {admin.Name} has {path}");
            }

            return null;
        }

        if (view.Value("strictmodes") != "no" && Loose(facts, admin, path) is FileState loose)
        {
            evidence.Add(new Evidence(EvidenceKind.File, loose.Path, $"mode {loose.ModeText}, owner {loose.Uid}: sshd does not take keys from it (StrictModes)"));
            return null;
        }

        int minimum = int.TryParse(view.Value("requiredrsasize"), out int size) ? size : 1024;
        return keys.FirstOrDefault(key => key.Type.Length > 0 && !key.Options.Contains("command") && !key.Type.StartsWith("ssh-dss", StringComparison.Ordinal)
            && !(key.Type.StartsWith("ssh-rsa", StringComparison.Ordinal) && key.Bits < minimum));
    }

    // What sshd looks at: the file and every directory up to the home.
    private static FileState? Loose(AuditFacts facts, SshUser admin, string path)
    {
        List<string> places = [path];
        for (string at = path; at.StartsWith(admin.Home + "/", StringComparison.Ordinal) && at.Length > admin.Home.Length;)
        {
            at = at[..at.LastIndexOf('/')];
            places.Add(at);
        }

        return places.Select(facts.Files.State).OfType<FileState>()
            .FirstOrDefault(state => state.Kind != "link" && ((state.Mode & 0x12) != 0 || (state.Uid != 0 && state.Uid != admin.Uid)));
    }

    // See SshSources.
    private static bool IsGathered(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries) switch
    {
        ["root", ".ssh", string name] => name.StartsWith("authorized_keys", StringComparison.Ordinal),
        ["home", _, ".ssh", string name] => name.StartsWith("authorized_keys", StringComparison.Ordinal),
        ["etc", "ssh", "authorized_keys" or "authorized_keys.d", _] => true,
        _ => false,
    };
}
