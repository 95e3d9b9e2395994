using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>What is read of a host for <see cref="SshFacts"/>.</summary>
public static class SshSources
{
    /// <summary>sshd's own answer, where its configuration has no Match block.</summary>
    public const string Effective = SnapshotNames.Audit + "sshd-T.txt";

    /// <summary>The key exchanges that this OpenSSH knows, used or not.</summary>
    public const string KeyExchanges = SnapshotNames.Audit + "ssh-Q-kex.txt";

    /// <summary>The most Match blocks of one configuration that sshd is asked about.</summary>
    public const int MaxClasses = 24;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            new FileSource("/etc/ssh/sshd_config*", SshCleaning.Config),
            new FileSource("/etc/ssh/*.conf", SshCleaning.Config),
            new FileSource("/etc/ssh/sshd_config.d/*", SshCleaning.Config),
            new FileSource("/etc/ssh/*/*.conf", SshCleaning.Config),
            new FileSource("/etc/crypto-policies/config", Cleaning.Nothing),
            new FileSource("/etc/crypto-policies/state/current", Cleaning.Nothing),
            new FileSource("/etc/crypto-policies/back-ends/opensshserver.config", SshCleaning.Config),
            new FileSource("/etc/default/ssh", Cleaning.Secrets),
            new FileSource("/etc/sysconfig/sshd", Cleaning.Secrets),
            new FileSource("/usr/lib/systemd/system/ssh.socket", Cleaning.Secrets),
            new FileSource("/usr/lib/systemd/system/sshd.socket", Cleaning.Secrets),
            new FileSource("/etc/systemd/system/ssh.socket", Cleaning.Secrets),
            new FileSource("/etc/systemd/system/sshd.socket", Cleaning.Secrets),
            new FileSource("/etc/systemd/system/ssh.socket.d/*.conf", Cleaning.Secrets),
            new FileSource("/etc/systemd/system/sshd.socket.d/*.conf", Cleaning.Secrets),
            new FileSource("/run/systemd/generator/ssh.socket.d/*.conf", Cleaning.Secrets),
            new FileSource("/etc/passwd", Cleaning.Hashes),
            new FileSource("/etc/group", Cleaning.Hashes),
            new FileSource("/etc/sudoers", Cleaning.Nothing),
            new FileSource("/etc/sudoers.d/*", Cleaning.Nothing),
            new FileSource("/etc/ssh/moduli", SshCleaning.Moduli) { MaxBytes = 8 * 1024 * 1024 },
            new FileSource("/etc/ssh/*.pub", AuthorizedKeys.Reduce),
            new FileSource("/root/.ssh/authorized_keys*", AuthorizedKeys.Reduce),
            new FileSource("/home/*/.ssh/authorized_keys*", AuthorizedKeys.Reduce),
            new FileSource("/etc/ssh/authorized_keys/*", AuthorizedKeys.Reduce),
            new FileSource("/etc/ssh/authorized_keys.d/*", AuthorizedKeys.Reduce),
        ],
        States =
        [
            "/etc/ssh", "/etc/ssh/*", "/etc/ssh/sshd_config.d/*", "/root", "/root/.ssh", "/root/.ssh/authorized_keys*",
            "/home/*", "/home/*/.ssh", "/home/*/.ssh/authorized_keys*", "/usr/sbin/sshd",
        ],
        Commands =
        [
            new CommandSource(Effective, Command.Of("sshd", "-T") with { TimeLimit = Limit }),
            new CommandSource(KeyExchanges, Command.Of("ssh", "-Q", "kex") with { TimeLimit = Limit }),
        ],
        FollowUps = [Ask],
    };

    /// <summary>The snapshot's name for sshd's answer about a class of connections of one configuration.</summary>
    /// <param name="path">The configuration's path.</param>
    /// <param name="number">0: a connection that no Match block is for; else the number of the Match block.</param>
    internal static string NameOf(string path, int number)
    {
        if (path == SshFacts.MainConfig)
        {
            return $"{SnapshotNames.Audit}sshd-T-match-{number}.txt";
        }

        return $"{SnapshotNames.Audit}sshd-T-{Snapshot.NamePart(path.Trim('/').Replace('/', '-'))}-{number}.txt";
    }

    /// <summary>The configurations of the servers that run with one of their own (<c>sshd -f FILE</c>), by what listens.</summary>
    internal static ImmutableArray<string> OtherConfigs(Snapshot snapshot)
    {
        if (snapshot.Text(SnapshotNames.Listeners) is not string text || !ListenersText.Read(text).TryGet(out ImmutableArray<Listener> listeners, out Problem? _))
        {
            return [];
        }

        // Only root's own servers: sshd as root must not be made to read a file that somebody else names.
        return
        [
            .. listeners.Where(static one => one.Namespace is null && one.Uid == 0).SelectMany(static one => one.Processes)
                .Where(static process => process.Name == "sshd" && process.Program is "/usr/sbin/sshd" or "/usr/local/sbin/sshd")
                .Select(static process => ConfigOf(process.Arguments ?? "")).OfType<string>()
                .Where(static path => path != SshFacts.MainConfig).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(8),
        ];
    }

    private static string? ConfigOf(string arguments)
    {
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int at = Array.IndexOf(words, "-f");
        string path = at >= 0 && at + 1 < words.Length ? words[at + 1] : "";
        return path.StartsWith('/') && !path.Contains("..", StringComparison.Ordinal) ? path : null;
    }

    private static IEnumerable<CommandSource> Ask(Snapshot snapshot)
    {
        SshUsers users = SshUsers.Read(snapshot);
        foreach (string path in OtherConfigs(snapshot).Prepend(SshFacts.MainConfig))
        {
            bool main = path == SshFacts.MainConfig;
            ImmutableArray<string> from = main ? ["-T"] : ["-T", "-f", path];
            SshdConfig config = SshdConfig.Read(snapshot, path);
            if (!main || !config.Matches.IsEmpty)
            {
                ImmutableArray<string> about = config.Matches.IsEmpty ? [] : ["-C", SshClass.Ordinary(config).ToText()];
                yield return new CommandSource(NameOf(path, 0), new Command("sshd", [.. from, .. about]) { TimeLimit = Limit });
            }

            foreach (SshClass one in SshClass.Of(config, users))
            {
                if (one.Connection is SshConnection connection)
                {
                    yield return new CommandSource(NameOf(path, one.Number), new Command("sshd", [.. from, "-C", connection.ToText()]) { TimeLimit = Limit });
                }
            }
        }
    }
}
