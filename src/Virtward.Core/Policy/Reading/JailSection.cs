using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds one jail of <c>guard.jails</c>, and <c>guard.defaults</c> that all of them inherit.</summary>
public static class JailSection
{
    /// <summary>The filter that listens to our own bans and reads no log.</summary>
    public const string Recidive = "recidive";

    // What bans are of that no jail makes.
    private static readonly string[] Reserved = ["prefix", "manual", "import"];

    private static readonly string[] SharedKeys = ["findtime", "maxretry", "bantime", "increment", "mode", "ports"];

    private static readonly ValueReader<JailMode> Mode = Values.Word(("enforce", JailMode.Enforce), ("simulate", JailMode.Simulate));

    /// <summary>Reads what every jail has that does not say otherwise.</summary>
    /// <returns>A jail without a name or filter of its own, to be copied from.</returns>
    public static JailPolicy ReadDefaults(YamlItem? item, ProblemList problems)
    {
        var standard = new JailPolicy { Name = "defaults", Filter = FilterNamed("") };
        return item is null ? standard : ReadShared(Section.Open(item, "defaults", problems, SharedKeys), standard, problems);
    }

    /// <summary>Reads one jail; null where it is switched off.</summary>
    public static JailPolicy? Read(YamlEntry entry, JailPolicy defaults, IReadOnlyCollection<string> filters, ProblemList problems)
    {
        string name = entry.Key.Text;
        if (Reserved.Contains(name))
        {
            problems.Add(entry.Key, $"no jail can be called {name}: bans that no jail makes are listed under it", "choose another name");
        }

        Section section = Section.Open(entry.Value, $"jail {name}", problems,
            ["enabled", "filter", "logs", "journal", "never-ban", "prefixes", .. SharedKeys]);
        JailPolicy jail = ReadShared(section, defaults, problems) with
        {
            Name = name,
            Filter = section.Read<FilterReference?>("filter", null, FilterValues.Filter) ?? FilterNamed(name),
            Logs = section.ReadList<string>("logs", [], LogPath),
            Journal = section.Read<bool?>("journal", null, OptionalFlag),
            NeverBan = section.ReadList<Prefix>("never-ban", [], NetworkValues.TrustedNetwork),
            Prefixes = section.Read("prefixes", true, Values.Flag),
        };

        CheckFilter(jail.Filter, section.Find("filter") ?? entry.Key, filters, problems);
        if (jail.Filter.Name == Recidive && (section.Find("logs") ?? section.Find("journal")) is { } source)
        {
            problems.Add(source, "the filter recidive listens to our own bans and reads no log", "remove logs and journal from this jail");
        }

        return section.Read("enabled", true, Values.Flag) ? jail : null;
    }

    private static void CheckFilter(FilterReference filter, YamlItem at, IReadOnlyCollection<string> filters, ProblemList problems)
    {
        if (filters.Count == 0 || filter.IsFile || filter.Name == Recidive || filters.Contains(filter.Name))
        {
            return;
        }

        string[] known = [Recidive, .. filters];
        problems.Add(
            at,
            $"there is no built-in filter {ProblemList.Quote(filter.Name)}",
            NearestWord.Find(filter.Name, known) is { } near
                ? $"did you mean {near}?"
                : $"there are {string.Join(", ", known.Order(StringComparer.Ordinal))}; or write filter: and the path of a file");
    }

    private static FilterReference FilterNamed(string name) => new(name, ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>Reads the keys that jails and their defaults have in common.</summary>
    private static JailPolicy ReadShared(Section section, JailPolicy inherited, ProblemList problems)
    {
        JailPolicy jail = inherited with
        {
            FindTime = section.Read("findtime", inherited.FindTime, DurationValues.Window),
            MaxRetry = section.Read("maxretry", inherited.MaxRetry, Values.Whole(1, 1000)),
            BanTime = section.Read("bantime", inherited.BanTime, DurationValues.Ban),
            Increment = IncrementValues.Read(section, inherited.Increment, problems),
            Mode = section.Read("mode", inherited.Mode, Mode),
            Ports = [.. section.ReadList("ports", [inherited.Ports], PortValues.Ports).SelectMany(scopes => scopes)],
        };
        IncrementValues.CheckCap(section, jail.BanTime, jail.Increment, problems);
        return jail;
    }

    private static bool OptionalFlag(YamlItem item, ProblemList problems, out bool? value)
    {
        bool isFlag = Values.Flag(item, problems, out bool flag);
        value = flag;
        return isFlag;
    }

    private static bool LogPath(YamlItem item, ProblemList problems, out string value)
    {
        value = item is YamlText text ? text.Text : "";
        if (value.StartsWith('/') && value.Length < 4096 && !value.Any(char.IsControl))
        {
            return true;
        }

        problems.AddExpected(item, "the absolute path of a log, such as /var/log/auth.log or /var/log/nginx/*.log");
        return false;
    }
}
