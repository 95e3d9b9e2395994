using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Guarding;

/// <summary>
/// What Fail2Ban would run by its files: jail.conf, jail.d/*.conf, jail.local, jail.d/*.local, each with what it includes, later values first,
/// <c>%(name)s</c> filled in. A small reader beside the guard's own: the guard's serves to take a whole set-up over (filters, actions, tags),
/// this one only asks what a jail's few settings are and in which line they stand, and never fails.
/// </summary>
public sealed class Fail2BanConfig
{
    private const string Home = "/etc/fail2ban/";
    private const string Default = "DEFAULT";
    private const int MaxDepth = 20;
    private const int MaxLength = 16_384;
    private const int MaxFills = 2000;

    private readonly Dictionary<(string Section, string Key), FoundSetting> _settings = [];
    private readonly List<string> _sections = [];

    /// <summary>The jails that are switched on, in the order they are declared.</summary>
    public ImmutableArray<Fail2BanJail> Jails { get; private set; } = [];

    /// <summary>The names of the filters that there are; empty: not known.</summary>
    public ImmutableSortedSet<string> Filters { get; private set; } = ImmutableSortedSet<string>.Empty;

    /// <summary>Why a part of it could not be read; null: all was.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads it; null where there is no configuration of Fail2Ban at all.</summary>
    public static Fail2BanConfig? Read(FileFacts files)
    {
        var config = new Fail2BanConfig
        {
            Problem = files.Why("/etc/fail2ban/jail.conf") ?? files.Why("/etc/fail2ban/jail.local") ?? files.WhyIn("/etc/fail2ban/jail.d"),
            Filters = [.. files.States.Where(static state => state.Path.StartsWith("/etc/fail2ban/filter.d/", StringComparison.Ordinal))
                .Select(static state => state.Path["/etc/fail2ban/filter.d/".Length..])
                    .Where(static name => name.EndsWith(".conf", StringComparison.Ordinal) || name.EndsWith(".local", StringComparison.Ordinal))
                .Select(static name => name[..name.LastIndexOf('.')])],
        };
        ImmutableArray<ConfigFile> all =
        [
            .. Maybe(files.Find("/etc/fail2ban/jail.conf")), .. files.In("/etc/fail2ban/jail.d", "*.conf"),
            .. Maybe(files.Find("/etc/fail2ban/jail.local")), .. files.In("/etc/fail2ban/jail.d", "*.local"),
        ];
        if (all.IsEmpty)
        {
            return config.Problem is null ? null : config;
        }

        foreach (ConfigFile file in all)
        {
            config.Take(files, file, 0);
        }

        config.Jails = [.. config._sections.Where(static section => section is not Default and not "INCLUDES").Distinct()
            .Select(section => new Fail2BanJail(section, config))
            .Where(static jail => IniFile.Switch(jail.Find("enabled")?.Value ?? "") == true)];
        return config;
    }

    /// <summary>A jail's setting, or the default's, with everything filled in; null: it is set nowhere.</summary>
    internal FoundSetting? Find(string section, string key)
    {
        FoundSetting? raw = Raw(section, key);
        // Names that each hold two of the next would double with every step.
        int budget = MaxFills;
        return raw is null ? null : raw with { Value = Fill(raw.Value, section, MaxDepth, ref budget) };
    }

    private static IEnumerable<ConfigFile> Maybe(ConfigFile? file) => file is null ? [] : [file];

    private void Take(FileFacts files, ConfigFile file, int depth)
    {
        ImmutableArray<IniEntry> entries = IniFile.Read(file, continues: true);
        Include(files, entries, "before", depth);
        foreach (IniEntry entry in entries.Where(static entry => entry.Section != "INCLUDES"))
        {
            (string, string) name = (entry.Section, entry.Key.ToLowerInvariant());
            string value = entry.Value;
            if (value.Contains("%(known/", StringComparison.Ordinal))
            {
                value = value.Replace($"%(known/{entry.Key})s", _settings.GetValueOrDefault(name)?.Value ?? "", StringComparison.OrdinalIgnoreCase);
            }

            _sections.Add(entry.Section);
            _settings[name] = new FoundSetting(value.Length > MaxLength ? value[..MaxLength] : value, file.Path, entry.Line,
                $"{entry.Key} = {entry.Value.Replace('\n', ' ')}");
        }

        Include(files, entries, "after", depth);
    }

    private void Include(FileFacts files, ImmutableArray<IniEntry> entries, string which, int depth)
    {
        // A file that includes itself would never end.
        foreach (IniEntry entry in depth > 5 ? [] : entries.Where(entry => entry.Section == "INCLUDES" && entry.Key == which))
        {
            foreach (string name in entry.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Take(20))
            {
                if (files.Find(name.StartsWith('/') ? name : Home + name) is ConfigFile included)
                {
                    Take(files, included, depth + 1);
                }
            }
        }
    }

    private FoundSetting? Raw(string section, string key) =>
        _settings.GetValueOrDefault((section, key.ToLowerInvariant())) ?? _settings.GetValueOrDefault((Default, key.ToLowerInvariant()));

    private string Fill(string text, string section, int depth, ref int budget)
    {
        int open = text.IndexOf("%(", StringComparison.Ordinal);
        if (open < 0 || depth == 0)
        {
            return text;
        }

        var filled = new System.Text.StringBuilder();
        int kept = 0;
        while (open >= 0 && filled.Length < MaxLength && budget-- > 0)
        {
            int close = text.IndexOf(")s", open, StringComparison.Ordinal);
            if (close < 0)
            {
                break;
            }

            string name = text[(open + 2)..close];
            int slash = name.IndexOf('/', StringComparison.Ordinal);
            string? value = name == "__name__" ? section
                : slash < 0 ? Raw(section, name)?.Value
                : Raw(name[..slash].Equals("default", StringComparison.OrdinalIgnoreCase) ? Default : name[..slash], name[(slash + 1)..])?.Value;
            filled.Append(text, kept, open - kept).Append(value is null ? text[open..(close + 2)] : Fill(value, section, depth - 1, ref budget));
            kept = close + 2;
            open = text.IndexOf("%(", kept, StringComparison.Ordinal);
        }

        filled.Append(text, kept, text.Length - kept);
        return filled.Length > MaxLength ? filled.ToString(0, MaxLength) : filled.ToString();
    }
}
