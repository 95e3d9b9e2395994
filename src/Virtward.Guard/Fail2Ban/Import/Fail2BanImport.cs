using System.Globalization;
using System.IO.Enumeration;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Config;
using Virtward.Guard.Filters;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>
/// Reads an existing set-up of fail2ban's, as fail2ban itself would run it, and writes the policy that does the same: the enabled
/// jails with their filters, logs, limits, ban times and exceptions. What has no equal is noted, with its file and line.
/// </summary>
public sealed class Fail2BanImport
{
    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(364);
    private static readonly TimeSpan LongestBan = TimeSpan.FromDays(3640);

    private readonly ITextFiles _files;
    private readonly string _directory;
    private readonly ConfigTree _tree;
    private readonly List<ImportNote> _notes = [];
    private readonly FilterImport _filters;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private Fail2BanImport(ITextFiles files, string directory, ConfigTree tree)
    {
        (_files, _directory, _tree) = (files, directory, tree);
        _filters = new FilterImport(files, directory, IsBuiltIn);
    }

    /// <summary>Reads the set-up.</summary>
    /// <param name="files">The files of the host, or of another root.</param>
    /// <param name="directory">fail2ban's directory.</param>
    public static Result<ImportResult> Read(ITextFiles files, string directory = "/etc/fail2ban")
    {
        var problems = new List<Problem>();
        ConfigTree? tree = new ConfigReader(files).Read(directory + "/jail", problems);
        if (tree is null)
        {
            return new Problem("there is no fail2ban set-up", directory, "name the root of the host that has one with --root DIR");
        }

        var import = new Fail2BanImport(files, directory, tree);
        foreach (Problem problem in problems)
        {
            import._notes.Add(new ImportNote(problem.On ?? "", problem.Line, "", $"{problem.What}; the file is left out"));
        }

        return import.Run();
    }

    private static bool IsBuiltIn(string name, string mode) =>
        FilterLibrary.Find(name) is { IsOk: true, Value: { } filter } && filter.Modes.Contains(mode);

    private ImportResult Run()
    {
        // What fail2ban itself puts among the defaults.
        _tree.Defaults.Set("fail2ban_version", new ConfigValue("1.0", _directory, 0));
        _tree.Defaults.Set("fail2ban_confpath", new ConfigValue(_directory, _directory, 0));

        var jails = new List<ImportedJail>();
        bool names = false;
        foreach (string section in _tree.SectionNames.ToList())
        {
            var options = new JailOptions(_tree, section, _notes);
            if (options.Flag("enabled") && Jail(options) is { } jail)
            {
                jails.Add(jail);
                names |= options.Text("usedns").ToLowerInvariant() is not "no";
            }
        }

        if (names)
        {
            _notes.Add(new ImportNote("", 0, "", "host names in log lines are never looked up, whatever 'usedns' says: an attacker owns the names of his addresses"));
        }

        IReadOnlyList<string> neverBan = NeverBan(new JailOptions(_tree, "DEFAULT", _notes));
        string policy = PolicyText.Write(jails, neverBan);
        return new ImportResult(policy, [.. jails], [.. _notes]);
    }

    private ImportedJail? Jail(JailOptions jail)
    {
        if (_filters.Read(jail, _tree) is not { } filter)
        {
            return null;
        }

        bool recidive = filter == FilterImport.Recidive;
        bool journal = !recidive && jail.Text("backend").StartsWith("systemd", StringComparison.OrdinalIgnoreCase);
        TimeSpan banTime = jail.Duration("bantime", TimeSpan.FromMinutes(10), LongestBan);
        int retries = Retries(jail);
        if (retries == 1 && filter.StartsWith("sshd", StringComparison.Ordinal))
        {
            jail.Note("maxretry", "bans at the first mistyped password; the siege watch tightens limits only while many addresses attack, so this jail can go");
        }

        Leftovers(jail);
        return new ImportedJail
        {
            Name = NameFor(jail),
            Filter = filter,
            Logs = recidive || journal ? [] : Logs(jail),
            Journal = journal ? true : null,
            FindTime = jail.Duration("findtime", TimeSpan.FromMinutes(10), LongestWindow),
            MaxRetry = retries,
            BanTime = banTime,
            Increment = GrowthImport.Read(jail, banTime, LongestBan),
            Ports = Ports(jail),
            NeverBan = jail.HasOwn("ignoreip") ? NeverBan(jail) : [],
        };
    }

    private static int Retries(JailOptions jail)
    {
        string text = jail.Text("maxretry");
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int retries) && retries is >= 1 and <= 1000)
        {
            return retries;
        }

        if (text.Length > 0)
        {
            jail.Note("maxretry", $"'maxretry = {text}' is no number from 1 to 1000; 5 is taken");
        }

        return 5;
    }

    private List<string> Logs(JailOptions jail)
    {
        var logs = new List<string>();
        foreach (string line in jail.Text("logpath").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string path = line.Split(' ')[0];
            if (!path.StartsWith('/') || path.Contains('[', StringComparison.Ordinal))
            {
                jail.Note("logpath", $"the log '{path}' is not taken over: a policy takes absolute paths with * and ?");
                continue;
            }

            if (!IsThere(path))
            {
                jail.Note("logpath", $"there is no file {path} now; while there is none of the jail's logs, the journal is read");
            }

            logs.Add(path);
        }

        if (logs.Count == 0)
        {
            jail.Note("logpath", "names no log; the filter's own logs, or the journal, are read");
        }

        return logs;
    }

    private bool IsThere(string path)
    {
        string directory = Path.GetDirectoryName(path) ?? "/";
        return directory.AsSpan().ContainsAny('*', '?')
            || (Path.GetFileName(path).AsSpan().ContainsAny('*', '?')
                ? _files.List(directory).Any(entry => FileSystemName.MatchesSimpleExpression(Path.GetFileName(path), Path.GetFileName(entry), ignoreCase: false))
                : _files.Exists(path));
    }

    private static IReadOnlyList<string> Ports(JailOptions jail)
    {
        if (jail.Text("banaction").Contains("allports", StringComparison.Ordinal) || jail.Text("action").Contains("allports", StringComparison.Ordinal))
        {
            return [];
        }

        if (ServicePorts.Read(jail.Text("port"), jail.Text("protocol"), out IReadOnlyList<string> ports) is { } unknown)
        {
            jail.Note("port", $"the port '{unknown}' is not known here, so a ban closes all ports");
        }

        return ports;
    }

    private static List<string> NeverBan(JailOptions jail)
    {
        var prefixes = new List<string>();
        foreach (string word in jail.Text("ignoreip").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Prefix.TryParseLenient(word, out Prefix prefix, out bool hostBits))
            {
                jail.Note("ignoreip", $"'{word}' is not taken over: names are never looked up, so write its addresses");
            }
            else if (prefix.Length == 0)
            {
                jail.Note("ignoreip", $"'{word}' is not taken over: it would keep everybody from being banned");
            }
            else if (prefix.First.ToIPAddress() is { } address && !System.Net.IPAddress.IsLoopback(address) && !address.Equals(System.Net.IPAddress.Parse("127.0.0.0")))
            {
                // Loopback is never banned anyway.
                prefixes.Add(prefix.ToString());
                if (hostBits)
                {
                    jail.Note("ignoreip", $"'{word}' has bits set past its length; it is taken as {prefix}");
                }
            }
        }

        return [.. prefixes.Distinct()];
    }

    private static void Leftovers(JailOptions jail)
    {
        string[] actions = [.. OptionList.Split(jail.Text("action"))
            .Select(action => OptionList.Parse(action).TryGet(out OptionList? list, out _) ? list.Name : action).Distinct()];
        if (actions.Length > 0)
        {
            jail.Note("action", $"the actions {string.Join(", ", actions)} are not run: Virtward enforces bans itself and sends its own reports");
        }

        if (jail.Text("ignorecommand").Length > 0)
        {
            jail.Note("ignorecommand", "'ignorecommand' is a command and not run: write who is never banned into never-ban");
        }

        if (jail.Text("ignoreself") is { Length: > 0 } && !jail.Flag("ignoreself"))
        {
            jail.Note("ignoreself", "'ignoreself' is not taken over: the host's own addresses are never banned");
        }

        if (jail.Text("logtimezone").Length > 0)
        {
            jail.Note("logtimezone", "'logtimezone' is not taken over: stamps without a zone are in the host's own");
        }

        if (jail.Text("logencoding").ToLowerInvariant() is not ("" or "auto" or "utf-8" or "utf8" or "ascii" or "us-ascii"))
        {
            jail.Note("logencoding", "'logencoding' is not taken over: logs are read as UTF-8, other bytes as U+FFFD");
        }
    }

    // Names in a policy: a-z, 0-9 and hyphens, 32 at most.
    private string NameFor(JailOptions jail)
    {
        string name = new([.. jail.Name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')]);
        name = name.Trim('-');
        name = name.Length == 0 ? "jail" : name.Length > 32 ? name[..32].TrimEnd('-') : name;
        string unique = name;
        for (int number = 2; !_names.Add(unique); number++)
        {
            string suffix = string.Create(CultureInfo.InvariantCulture, $"-{number}");
            unique = string.Concat(name.AsSpan(0, Math.Min(name.Length, 32 - suffix.Length)), suffix);
        }

        if (unique != jail.Name)
        {
            jail.Note("enabled", $"is called '{unique}' here");
        }

        return unique;
    }
}
