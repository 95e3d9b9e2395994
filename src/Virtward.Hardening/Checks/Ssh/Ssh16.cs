using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-16.</summary>
public static class Ssh16
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-16",
        Severity = Severity.Medium,
        Title = "only their owners can read host keys and change sshd's and users' files",
        Why = "Who reads a host key can pose as this hypervisor. Who writes to sshd's configuration, or to an administrator's authorized_keys, has the host.",
        References =
        [
            "CIS RHEL 9 v2.0.0 5.1.1", "CIS RHEL 9 v2.0.0 5.1.2",
            "CIS Debian 12 v1.1.0 5.1.1", "CIS Debian 12 v1.1.0 5.1.2",
            "DISA STIG RHEL 9 RHEL-09-255110", "DISA STIG RHEL 9 RHEL-09-255115", "DISA STIG RHEL 9 RHEL-09-255120",
        ],
        Judge = Judge,
    };

    private const int WritableByOthers = 0x12;
    private const int ForOthers = 0x7;

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        if (facts.Files.StatesProblem is string problem)
        {
            return Outcome.Unknown($"owners and modes are not known: {problem}");
        }

        List<Finding> findings = [];
        List<string> unseen = [];
        int seen = 0;
        foreach (FileState state in facts.Files.States.Where(static state => state.Kind != "link"))
        {
            (bool looked, Finding? finding) = Of(facts, state);
            seen += looked ? 1 : 0;
            if (finding is not null)
            {
                findings.Add(finding);
            }
        }

        if (!facts.Host.Meta.Root)
        {
            unseen.Add("it needs root to look into users' directories");
        }

        if (seen == 0)
        {
            unseen.Add("no file of sshd was looked at");
        }

        if (facts.Ssh.Users.Problem is null)
        {
            seen += Users(facts, findings);
        }
        else
        {
            unseen.Add($"the accounts are not known: {facts.Ssh.Users.Problem}");
        }

        return Outcome.Of(findings, $"{seen} files and directories were looked at", SshJudge.Join(unseen));
    }

    private static (bool Looked, Finding? Finding) Of(AuditFacts facts, FileState state)
    {
        if (IsHostKey(state.Path))
        {
            // RHEL lets the group ssh_keys read them, for host-based logins.
            bool group = (state.Mode & 0x38) == 0 || ((state.Mode & 0x38) == 0x20 && facts.Distribution.Family == Family.Rhel && state.Gid != 0);
            return (true, state.Uid == 0 && group && (state.Mode & ForOthers) == 0 ? null
                : Tell(state, "others than root may read or write a private host key", "chown root:root", "0600", Severity.High));
        }

        bool isConfig = state.Path == SshFacts.MainConfig || (state.Path.StartsWith("/etc/ssh/sshd_config.d/", StringComparison.Ordinal) && state.Path.EndsWith(".conf", StringComparison.Ordinal));
        if (isConfig || state.Path is "/etc/ssh" or "/etc/ssh/sshd_config.d")
        {
            return (true, state.Uid != 0 || (state.Mode & WritableByOthers) != 0
                ? Tell(state, "others than root may change how sshd works", "chown root:root", isConfig ? "0600" : "0755", Severity.High)
                : isConfig && (state.Mode & 0x3f) != 0
                    ? Tell(state, "everybody on the host may read how sshd is guarded", "chown root:root", "0600", Severity.Low)
                    : null);
        }

        return (false, null);
    }

    private static int Users(AuditFacts facts, List<Finding> findings)
    {
        int seen = 0;
        SshView view = facts.Ssh.Instances[0].Everybody;
        foreach (SshUser user in facts.Ssh.Users.All.Where(static user => user.HasShell).Take(5000))
        {
            string[] files = [.. SshFacts.KeyFiles(view, user)];
            if (!files.Any(path => facts.Files.State(path) is not null))
            {
                continue;
            }

            IEnumerable<string> places = files.Concat(files.Where(path => path.StartsWith(user.Home + "/", StringComparison.Ordinal)).Select(static path => path[..path.LastIndexOf('/')])).Append(user.Home);
            foreach (FileState state in places.Distinct(StringComparer.Ordinal).Select(facts.Files.State).OfType<FileState>().Where(static state => state.Kind != "link"))
            {
                seen++;
                bool foreign = state.Uid != 0 && state.Uid != user.Uid;
                if (foreign || (state.Mode & WritableByOthers) != 0)
                {
                    findings.Add(Tell(state, $"others than {user.Name} may write to it, and so decide whose key logs in as {user.Name}", $"chown {user.Name}",
                        state.Path == user.Home ? "go-w" : state.Kind == "directory" ? "0700" : "0600", null));
                }
            }
        }

        return seen;
    }

    private static bool IsHostKey(string path) => path.StartsWith("/etc/ssh/ssh_host_", StringComparison.Ordinal) && path.EndsWith("_key", StringComparison.Ordinal);

    private static Finding Tell(FileState state, string what, string chown, string mode, Severity? severity) => new(state.Path, what, new Remedy($"Give {state.Path} back to its owner alone.")
    {
        Steps = [$"{chown} {state.Path}", $"chmod {mode} {state.Path}"],
        Modes = state.Uid != 0 || !mode.StartsWith('0') ? [] : [new ModeValue(state.Path, (UnixFileMode)Convert.ToInt32(mode, 8))],
        Undo = $"chown {state.Uid}:{state.Gid} {state.Path}; chmod {state.ModeText} {state.Path}",
    })
    {
        Evidence = [new Evidence(EvidenceKind.File, state.Path, $"mode {state.ModeText}, owner {state.Uid}:{state.Gid}")],
        Severity = severity,
    };
}
