using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory.Package;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>Facts: sshd's configuration in force, where each setting comes from, and the keys.</summary>
public sealed class SshFacts
{
    /// <summary>The file that sshd's configuration begins with.</summary>
    public const string MainConfig = "/etc/ssh/sshd_config";

    private readonly Snapshot _snapshot;

    private SshFacts(Snapshot snapshot)
    {
        _snapshot = snapshot;
        Users = SshUsers.Read(snapshot);
        Version = SshVersion.Parse(PackageFacts.Read(snapshot).Find("openssh-server")?.Version);
        Instances = [.. SshSources.OtherConfigs(snapshot).Prepend(MainConfig).Select(Instance)];
        bool nothing = !Instances[0].Config.Exists && !Instances[0].Everybody.Asked;
        Absent = nothing && snapshot.IsNotInstalled(SshSources.Effective) ? "no sshd is installed" : null;
        Problem = nothing ? $"sshd's configuration could not be read: {snapshot.Missing.GetValueOrDefault(SshSources.Effective, "sshd was not asked")}; {string.Join("; ", Instances[0].Config.Unread.Take(2))}" : null;
    }

    /// <summary>Why sshd cannot matter here: it is known not to be there. null: it is there, or that is not known.</summary>
    public string? Absent { get; }

    /// <summary>Why nothing is known of it; null: something is.</summary>
    public string? Problem { get; }

    /// <summary>The version of its package; null: not known.</summary>
    public SshVersion? Version { get; }

    /// <summary>The servers: the usual one first, then those that run with a configuration of their own.</summary>
    public ImmutableArray<SshInstance> Instances { get; }

    /// <summary>Accounts and groups.</summary>
    public SshUsers Users { get; }

    /// <summary>The key exchanges that this OpenSSH knows; empty: not known.</summary>
    public ImmutableArray<string> KnownKeyExchanges =>
        [.. (_snapshot.Text(SshSources.KeyExchanges) ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(200)];

    /// <summary>Reads them; never fails as a whole.</summary>
    public static SshFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new SshFacts(snapshot);
    }

    /// <summary>The public keys of a file (an authorized_keys, a host key's public half); null: there is none, or it could not be read.</summary>
    public ImmutableArray<AuthorizedKey>? Keys(string path) => _snapshot.Config(path) is string text ? AuthorizedKeys.Read(path, text) : null;

    /// <summary>The files whose keys let a user in, by a view's AuthorizedKeysFile.</summary>
    public static IEnumerable<string> KeyFiles(SshView view, SshUser user)
    {
        foreach (string pattern in view.Values("authorizedkeysfile").SelectMany(static value => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Take(16))
        {
            string path = pattern.Trim('"').Replace("%%", "\0", StringComparison.Ordinal).Replace("%h", user.Home, StringComparison.Ordinal)
                .Replace("%u", user.Name, StringComparison.Ordinal).Replace('\0', '%');
            if (!path.Equals("none", StringComparison.OrdinalIgnoreCase))
            {
                yield return path.StartsWith('/') ? path : $"{user.Home.TrimEnd('/')}/{path}";
            }
        }
    }

    /// <summary>How many groups of each size /etc/ssh/moduli has, by bits; null: not known, or there is none.</summary>
    public ImmutableArray<(int Bits, int Count)>? Moduli
    {
        get
        {
            if (_snapshot.Config("/etc/ssh/moduli") is not string text)
            {
                return null;
            }

            return
            [
                .. text.Split('\n').Select(static line => line.Split(' '))
                    .Where(static words => words.Length == 2 && int.TryParse(words[0], out _) && int.TryParse(words[1], out _))
                    // The file counts one bit less than there are.
                    .Select(static words => (int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture) + 1, int.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture))).Take(100),
            ];
        }
    }

    private SshInstance Instance(string path)
    {
        SshdConfig config = SshdConfig.Read(_snapshot, path);
        SshView View(SshClass? only)
        {
            string name = SshSources.NameOf(path, only?.Number ?? 0);
            name = only is null && path == MainConfig && config.Matches.IsEmpty ? SshSources.Effective : name;
            SshConnection? connection = only is not null ? only.Connection : config.Matches.IsEmpty ? null : SshClass.Ordinary(config);
            return new SshView(config, Version, only, connection, _snapshot.Text(name), _snapshot.Missing.GetValueOrDefault(name));
        }

        return new SshInstance(config, View(null), [.. SshClass.Of(config, Users).Where(static one => one.Connection is not null).Select(View)]);
    }
}
