using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Access;

/// <summary>Facts: mandatory access control, accounts, sudo, and audit.</summary>
public sealed class AccessFacts
{
    private AccessFacts(FileFacts files) => Files = files;

    private FileFacts Files { get; }

    /// <summary>Whether SELinux is on in the kernel: true enforcing, false permissive; null: off, or not known.</summary>
    public bool? SelinuxEnforces { get; private init; }

    /// <summary>What <c>/etc/selinux/config</c> says for the next boot; null: there is no such file or setting.</summary>
    public FoundSetting? SelinuxAtBoot { get; private init; }

    /// <summary>SELinux' booleans; empty: not known, or none.</summary>
    public ImmutableSortedDictionary<string, bool> Booleans { get; private init; } = ImmutableSortedDictionary<string, bool>.Empty;

    /// <summary>Whether AppArmor is on in the kernel; null: not known.</summary>
    public bool? AppArmorIsOn { get; private init; }

    /// <summary>AppArmor's profiles in the kernel; default where they could not be read.</summary>
    public ImmutableArray<AppArmorProfile> Profiles { get; private init; }

    /// <summary>Whether the kernel runs at all: without it nothing is known of SELinux or AppArmor.</summary>
    public bool KernelWasSeen { get; private init; }

    /// <summary>The kernel's command line; null: not known.</summary>
    public string? CommandLine { get; private init; }

    /// <summary>The words of the kernel's command line.</summary>
    public ImmutableArray<string> BootWords => [.. (CommandLine ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>The accounts; empty: not known.</summary>
    public ImmutableArray<Account> Accounts { get; private init; } = [];

    /// <summary>The lines of sudoers and its directory, in the order that sudo reads them.</summary>
    public ImmutableArray<ConfigLine> Sudoers { get; private init; } = [];

    /// <summary>Why a part of sudoers is not known; null: it is known, and where there is none it is empty.</summary>
    public string? SudoersProblem { get; private init; }

    /// <summary>The kernel's audit rules; default where they could not be read.</summary>
    public ImmutableArray<string> AuditRules { get; private init; }

    /// <summary>The lines of the rules' files, for where the kernel could not be asked.</summary>
    public ImmutableArray<ConfigLine> AuditRuleFiles { get; private init; } = [];

    /// <summary>The file systems that are mounted: where, and of which type; empty: not known.</summary>
    public ImmutableArray<(string Point, string Type)> Mounts { get; private init; } = [];

    /// <summary>Reads them; never fails as a whole.</summary>
    public static AccessFacts Read(Snapshot snapshot)
    {
        FileFacts files = FileFacts.Read(snapshot);
        string? enforce = snapshot.Config("/sys/fs/selinux/enforce")?.Trim();
        string? apparmor = snapshot.Config("/sys/module/apparmor/parameters/enabled")?.Trim();
        string? commandLine = snapshot.Config("/proc/cmdline");
        return new AccessFacts(files)
        {
            KernelWasSeen = commandLine is not null,
            CommandLine = commandLine,
            SelinuxEnforces = enforce switch { "1" => true, "0" => false, _ => null },
            SelinuxAtBoot = Assignments(files.Find("/etc/selinux/config"), "SELINUX"),
            Booleans = ReadBooleans(snapshot.Text(AccessSources.Booleans) ?? ""),
            AppArmorIsOn = apparmor is null ? (commandLine is null ? null : false) : apparmor == "Y",
            Profiles = snapshot.Config("/sys/kernel/security/apparmor/profiles") is string profiles ? ReadProfiles(profiles) : default,
            Accounts = ReadAccounts(files.Find("/etc/passwd")?.Text ?? "", files.Find("/etc/shadow")?.Text),
            Sudoers = ReadSudoers(files),
            SudoersProblem = files.Find("/etc/sudoers") is null ? files.Why("/etc/sudoers") : files.WhyIn("/etc/sudoers.d"),
            AuditRules = snapshot.Text(AccessSources.AuditRules) is string rules ? [.. Lines(rules)] : default,
            AuditRuleFiles = [.. files.In("/etc/audit/rules.d", "*.rules").SelectMany(static file => Uncommented(file))],
            Mounts = [.. Lines(snapshot.Config("/proc/self/mountinfo") ?? "").Select(Mount).OfType<(string, string)>()],
        };
    }

    /// <summary>A setting of login.defs(5) or a file like it: the name, white space, the value.</summary>
    public FoundSetting? LoginSetting(string name) => Files.Find("/etc/login.defs") is ConfigFile file
        ? Uncommented(file).Select(line => (line, Words: line.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
            .Where(pair => pair.Words.Length > 1 && pair.Words[0] == name)
            .Select(pair => new FoundSetting(pair.Words[1], file.Path, pair.line.Line, pair.line.Text)).LastOrDefault()
        : null;

    /// <summary>The lines of a service's PAM configuration, with those that it includes; empty: there is no such file.</summary>
    /// <param name="service">The file's name in /etc/pam.d.</param>
    public ImmutableArray<ConfigLine> Pam(string service)
    {
        var lines = new List<ConfigLine>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Include(service);
        return [.. lines];

        void Include(string name)
        {
            // A service that includes itself would never end.
            if (name.Contains('/', StringComparison.Ordinal) || !seen.Add(name) || seen.Count > 50 || Files.Find($"/etc/pam.d/{name}") is not ConfigFile file)
            {
                return;
            }

            foreach (ConfigLine line in Uncommented(file))
            {
                string[] words = line.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length == 2 && words[0] == "@include")
                {
                    Include(words[1]);
                }
                else if (words.Length == 3 && words[1] is "include" or "substack")
                {
                    Include(words[2]);
                }
                else
                {
                    lines.Add(line);
                }
            }
        }
    }

    /// <summary>A setting of a file of <c>name = value</c> or bare <c>name</c> lines, such as faillock.conf(5).</summary>
    public FoundSetting? SecuritySetting(string path, string name) => Assignments(Files.Find(path), name);

    private static FoundSetting? Assignments(ConfigFile? file, string name)
    {
        FoundSetting? found = null;
        foreach (ConfigLine line in file is null ? [] : Uncommented(file))
        {
            int equals = line.Text.IndexOf('=', StringComparison.Ordinal);
            string key = (equals < 0 ? line.Text : line.Text[..equals]).Trim();
            if (key == name)
            {
                found = new FoundSetting(equals < 0 ? "" : line.Text[(equals + 1)..].Trim().Trim('"'), line.Path, line.Line, line.Text);
            }
        }

        return found;
    }

    private static IEnumerable<ConfigLine> Uncommented(ConfigFile file)
    {
        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            int comment = lines[i].IndexOf('#', StringComparison.Ordinal);
            string text = (comment < 0 ? lines[i] : lines[i][..comment]).Trim();
            if (text.Length > 0)
            {
                yield return new ConfigLine(file.Path, i + 1, text);
            }
        }
    }

    // "36 35 98:0 / /srv/vm rw,noatime master:1 - nfs4 nas:/vm rw"
    private static (string Point, string Type)? Mount(string line)
    {
        string[] words = line.Split(' ');
        int dash = Array.IndexOf(words, "-");
        return dash > 4 && dash + 1 < words.Length ? (words[4], words[dash + 1]) : null;
    }

    private static ImmutableSortedDictionary<string, bool> ReadBooleans(string text)
    {
        ImmutableSortedDictionary<string, bool>.Builder booleans = ImmutableSortedDictionary.CreateBuilder<string, bool>(StringComparer.Ordinal);
        foreach (string line in Lines(text))
        {
            // "virt_use_nfs --> on"
            int arrow = line.IndexOf(" --> ", StringComparison.Ordinal);
            if (arrow > 0)
            {
                booleans[line[..arrow].Trim()] = line[(arrow + 5)..].Trim() == "on";
            }
        }

        return booleans.ToImmutable();
    }

    private static ImmutableArray<AppArmorProfile> ReadProfiles(string text)
    {
        ImmutableArray<AppArmorProfile>.Builder profiles = ImmutableArray.CreateBuilder<AppArmorProfile>();
        foreach (string line in Lines(text))
        {
            // "/usr/sbin/cups-browsed (enforce)"; a name may hold blanks and brackets.
            int bracket = line.LastIndexOf(" (", StringComparison.Ordinal);
            if (bracket > 0 && line.EndsWith(')'))
            {
                profiles.Add(new AppArmorProfile(line[..bracket], line[(bracket + 2)..^1]));
            }
        }

        return profiles.ToImmutable();
    }

    private static ImmutableArray<Account> ReadAccounts(string passwd, string? shadow)
    {
        var passwords = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] fields in Lines(shadow ?? "").Select(static line => line.Split(':')).Where(static fields => fields.Length > 1))
        {
            passwords.TryAdd(fields[0], fields[1]);
        }

        ImmutableArray<Account>.Builder accounts = ImmutableArray.CreateBuilder<Account>();
        string[] lines = passwd.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string[] fields = lines[i].TrimEnd('\r').Split(':');
            if (fields.Length >= 7 && fields[0].Length > 0 && fields[0][0] is not '#' and not '+' and not '-'
                && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint uid)
                && uint.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out uint gid))
            {
                // "x" sends to shadow; anything else is the password itself.
                string? password = fields[1] == "x" ? passwords.GetValueOrDefault(fields[0]) : fields[1];
                accounts.Add(new Account(fields[0], uid, gid, fields[5], fields[6], i + 1) { Password = password });
            }
        }

        return accounts.ToImmutable();
    }

    private static ImmutableArray<ConfigLine> ReadSudoers(FileFacts files)
    {
        ImmutableArray<ConfigLine>.Builder lines = ImmutableArray.CreateBuilder<ConfigLine>();
        bool includes = false;
        if (files.Find("/etc/sudoers") is ConfigFile main)
        {
            foreach (ConfigLine line in Joined(main))
            {
                // "#includedir" is no comment.
                if (line.Text.StartsWith("@includedir", StringComparison.Ordinal) || line.Text.StartsWith("#includedir", StringComparison.Ordinal))
                {
                    includes = true;
                }
                else if (line.Text[0] != '#')
                {
                    lines.Add(line);
                }
            }
        }

        // sudo passes over names with a dot and backups; in the copy's name a tilde stands as %7e%.
        foreach (ConfigFile file in includes ? files.In("/etc/sudoers.d", "*") : [])
        {
            string name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            if (!name.Contains('.', StringComparison.Ordinal) && !name.EndsWith('~') && !name.EndsWith("%7e%", StringComparison.Ordinal))
            {
                lines.AddRange(Joined(file).Where(static line => line.Text[0] != '#'));
            }
        }

        return lines.ToImmutable();
    }

    private static IEnumerable<ConfigLine> Joined(ConfigFile file)
    {
        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            int begun = i;
            string text = lines[i];
            if (text.EndsWith('\\'))
            {
                var whole = new System.Text.StringBuilder(text.TrimEnd('\\'));
                while (lines[i].EndsWith('\\') && i + 1 < lines.Length)
                {
                    whole.Append(lines[++i].TrimEnd('\\'));
                }

                text = whole.ToString();
            }

            text = text.Trim();
            int comment = text.IndexOf(" #", StringComparison.Ordinal);
            if (comment > 0)
            {
                text = text[..comment].TrimEnd();
            }

            if (text.Length > 0)
            {
                yield return new ConfigLine(file.Path, begun + 1, text);
            }
        }
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(static line => line.TrimEnd('\r')).Where(static line => line.Length > 0);
}
