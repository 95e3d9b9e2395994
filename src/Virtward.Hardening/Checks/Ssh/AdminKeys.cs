using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>Looks for a key by which somebody who may become root can log in.</summary>
internal static class AdminKeys
{
    /// <summary>The first one; null: none is known.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="view">What sshd does.</param>
    /// <param name="admission">What it would do instead.</param>
    /// <param name="unseen">Gets what could not be looked at.</param>
    /// <param name="evidence">Gets why accounts and files do not count.</param>
    public static (SshUser Admin, AuthorizedKey Key, string Path)? Find(AuditFacts facts, SshView view, SshAdmission admission, List<string> unseen, List<Evidence> evidence)
    {
        bool takesKeys = admission.TakesKeys ?? view.Value("pubkeyauthentication") != "no";
        foreach (SshUser admin in SshAdmins.Of(facts, view, admission).Take(200))
        {
            if (!SshAdmins.Admits(facts.Ssh, view, admin, admission))
            {
                evidence.Add(Evidence.OfSetting($"AllowUsers, AllowGroups for {admin.Name}", "not admitted"));
                continue;
            }

            foreach (string path in SshFacts.KeyFiles(view, admin))
            {
                if (takesKeys && Usable(facts, view, admin, path, unseen, evidence) is AuthorizedKey key)
                {
                    return (admin, key, path);
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

        return null;
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
