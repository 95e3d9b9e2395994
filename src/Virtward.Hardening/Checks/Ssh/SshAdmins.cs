using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>Who may become root, and whom sshd lets in.</summary>
internal static class SshAdmins
{
    private static readonly ImmutableArray<string> Groups = ["sudo", "wheel", "admin"];

    /// <summary>Accounts with a shell that may become root: root itself where sshd takes it, members of the administrators' groups, and those that sudoers names.</summary>
    public static ImmutableArray<SshUser> Of(AuditFacts facts, SshView view, SshAdmission admission)
    {
        bool root = admission.Root ?? view.Value("permitrootlogin")?.ToLowerInvariant() is not ("no" or "forced-commands-only");
        HashSet<string> named = [.. Sudoers(facts)];
        return
        [
            .. facts.Ssh.Users.All.Where(user => user.HasShell && (user.Uid == 0 ? root
                : facts.Ssh.Users.GroupsOf(user.Name).Any(group => Groups.Contains(group) || named.Contains("%" + group)) || named.Contains(user.Name))),
        ];
    }

    /// <summary>Whether AllowUsers and its sisters let a user in; patterns of hosts are taken as met.</summary>
    public static bool Admits(SshFacts ssh, SshView view, SshUser user, SshAdmission admission)
    {
        ImmutableArray<string> groups = ssh.Users.GroupsOf(user.Name);
        string[] Words(string keyword) => [.. view.Values(keyword).Where(static value => value.Length > 0).Take(500)];
        static string Name(string pattern) => pattern.LastIndexOf('@') is int at and > 0 ? pattern[..at] : pattern;
        string[] allowUsers = admission.AllowUsers is { } users ? [.. users] : Words("allowusers");
        string[] allowGroups = admission.AllowGroups is { } only ? [.. only] : Words("allowgroups");
        return !Words("denyusers").Any(pattern => !pattern.Contains('@', StringComparison.Ordinal) && SshPatterns.Matches(pattern, user.Name))
            && !Words("denygroups").Any(pattern => groups.Any(group => SshPatterns.Matches(pattern, group)))
            && (allowUsers.Length == 0 || SshPatterns.InList(string.Join(',', allowUsers.Select(Name)), user.Name))
            && (allowGroups.Length == 0 || SshPatterns.AnyInList(string.Join(',', allowGroups), groups));
    }

    // Only the first word of rules: aliases, LDAP and what a rule allows are another check's concern.
    private static IEnumerable<string> Sudoers(AuditFacts facts)
    {
        IEnumerable<ConfigFile> files = facts.Files.In("/etc/sudoers.d", "*");
        if (facts.Files.Find("/etc/sudoers") is ConfigFile main)
        {
            files = files.Prepend(main);
        }

        return files.SelectMany(static file => file.Lines).Where(static line => line.Contains('=', StringComparison.Ordinal))
            .Select(static line => line.Trim().Split([' ', '\t'], 2)[0]).Where(static word => word.Length > 0 && word[0] != '#' && !word.StartsWith("Defaults", StringComparison.Ordinal)
                && !word.EndsWith("_Alias", StringComparison.Ordinal)).Take(2000);
    }
}
