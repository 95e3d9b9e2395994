using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban;
using Virtward.Guard.Filters.Definitions;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Filters.Rules;

namespace Virtward.Guard.Filters;

/// <summary>Finds a filter as a policy or a command names it: a built-in, a file of our own format, or a file of fail2ban's.</summary>
/// <param name="files">Where filter files are read from.</param>
/// <param name="zone">The zone of stamps that name none: the host's.</param>
/// <param name="clock">The clock that fail2ban's filters measure a line's age by.</param>
public sealed class FilterLoader(ITextFiles files, TimeZoneInfo zone, TimeProvider clock)
{
    private const int MaxFileBytes = 1024 * 1024;

    /// <summary>Loads it, with every problem it has.</summary>
    public Result<LoadedFilter> Load(FilterReference reference, out ImmutableArray<Problem> problems)
    {
        Result<LoadedFilter> loaded = reference.Name.EndsWith(".conf", StringComparison.Ordinal)
            ? LoadFail2Ban(reference, out problems)
            : LoadOwn(reference, out problems);
        if (!loaded.IsOk && problems.IsEmpty)
        {
            problems = [loaded.Problem];
        }

        return loaded;
    }

    private Result<LoadedFilter> LoadOwn(FilterReference reference, out ImmutableArray<Problem> problems)
    {
        problems = [];
        FilterDefinition? definition;
        ImmutableArray<Problem> warnings = [];
        if (reference.IsFile)
        {
            if (!files.ReadText(reference.Name, MaxFileBytes).TryGet(out string? text, out Problem? unreadable))
            {
                return unreadable;
            }

            FilterReading reading = FilterFileReader.Read(text, reference.Name);
            definition = reading.Filter;
            problems = reading.Problems;
            warnings = reading.Warnings;
            if (definition is null)
            {
                return problems[0];
            }
        }
        else if (!FilterLibrary.Find(reference.Name).TryGet(out definition, out Problem? unknown))
        {
            return unknown;
        }

        foreach (string option in reference.Options.Keys)
        {
            if (option != "mode")
            {
                return new Problem($"the filter {definition.Name} has no option '{option}'", Hint: "it has mode");
            }
        }

        string? mode = reference.Options.GetValueOrDefault("mode");

        // Tried once here, so that a wrong mode or pattern is told of at load, and the later ones cannot fail.
        var probe = new StampClock(zone, UnixTime.FromSeconds(0));
        if (!RuleFilter.Create(definition, mode, probe).TryGet(out _, out Problem? wrong))
        {
            return wrong;
        }

        return new LoadedFilter
        {
            Name = definition.Name,
            Logs = definition.Logs,
            Journal = JournalOf(definition),
            Ports = definition.Ports,
            Warnings = warnings,
            Create = (clock, report) => RuleFilter.Create(definition, mode, clock, report).Value,
        };
    }

    private Result<LoadedFilter> LoadFail2Ban(FilterReference reference, out ImmutableArray<Problem> problems)
    {
        var found = new List<Problem>();
        Result<Fail2BanFilter> loaded = Start(static _ => { }, found);
        problems = [.. found];
        if (!loaded.TryGet(out Fail2BanFilter? filter, out Problem? problem))
        {
            return problem;
        }

        return new LoadedFilter
        {
            Name = filter.Name,
            Journal =
            [
                .. filter.Journal.AnyOf.Select(
                    all => ImmutableArray.CreateRange(all.Select(field => new JournalMatch(field.Key, field.Value)))),
            ],
            Warnings =
            [
                .. filter.Backtracking.Select(pattern => new Problem(
                    "a hostile line can make this expression slow, so it runs under a time limit", reference.Name, pattern)),
                .. filter.Unfiltered.Select(pattern => new Problem(
                    "this expression holds no fixed text of three characters, so it runs on every line", reference.Name, pattern)),
            ],
            Create = (_, report) => Start(report, []).Value,
        };

        Result<Fail2BanFilter> Start(Action<Problem> report, List<Problem> into) =>
            Fail2BanFilter.Load(files, reference.Name, reference.Options, new Fail2BanSettings(clock, zone) { Warned = report }, into);
    }

    // sd_journal_add_match knows no wildcards: a unit with one is covered by its programs, and the filter itself checks the unit.
    private static ImmutableArray<ImmutableArray<JournalMatch>> JournalOf(FilterDefinition definition) =>
    [
        .. definition.Units.Where(unit => !unit.Contains('*', StringComparison.Ordinal))
            .Select(unit => ImmutableArray.Create(new JournalMatch("_SYSTEMD_UNIT", unit))),
        .. definition.Programs.Select(program => ImmutableArray.Create(new JournalMatch("_COMM", program))),
    ];
}
