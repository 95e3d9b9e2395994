using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Guard.Filters;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Pipeline;

/// <summary>Works out what a policy comes to on a host: loads the filters, chooses files or the journal, and lets jails share sources.</summary>
/// <param name="loader">Loads filters.</param>
/// <param name="files">Tells which log files there are.</param>
public sealed class GuardPlanner(FilterLoader loader, ILogFiles files)
{
    /// <summary>The filter that listens to our own bans instead of a log.</summary>
    public const string Recidive = "recidive";

    private const string JournalName = "guard";

    /// <summary>Plans; every problem of every jail at once.</summary>
    public Result<GuardPlan> Plan(HostPolicy policy, out ImmutableArray<Problem> problems)
    {
        ImmutableArray<LoadedFilter?> filters = LoadFilters(policy, out problems);
        return problems.IsEmpty
            ? new GuardPlan(policy, filters, Share(policy.Guard.Jails, filters))
            : problems[0];
    }

    /// <summary>Loads the jails' filters only, for a replay, whose log is given.</summary>
    public ImmutableArray<LoadedFilter?> LoadFilters(HostPolicy policy, out ImmutableArray<Problem> problems)
    {
        ImmutableArray<Problem>.Builder found = ImmutableArray.CreateBuilder<Problem>();
        ImmutableArray<LoadedFilter?>.Builder filters = ImmutableArray.CreateBuilder<LoadedFilter?>();
        foreach (JailPolicy jail in policy.Guard.Jails)
        {
            LoadedFilter? filter = null;
            if (jail.Filter.Name != Recidive && !loader.Load(jail.Filter, out ImmutableArray<Problem> wrong).TryGet(out filter, out _))
            {
                found.AddRange(wrong.Select(problem => problem with { What = $"jail {jail.Name}: {problem.What}" }));
            }

            filters.Add(filter);
        }

        problems = found.ToImmutable();
        return filters.ToImmutable();
    }

    private ImmutableArray<SourcePlan> Share(ImmutableArray<JailPolicy> jails, ImmutableArray<LoadedFilter?> filters)
    {
        // Jails with the same files share one reader; all of the journal's jails share one.
        var byFiles = new Dictionary<string, (ImmutableArray<string> Patterns, List<int> Jails)>(StringComparer.Ordinal);
        var journalJails = new List<int>();
        var journalMatches = new List<ImmutableArray<JournalMatch>>();
        for (int jail = 0; jail < jails.Length; jail++)
        {
            if (filters[jail] is not { } filter)
            {
                continue;
            }

            ImmutableArray<string> patterns = FilesOf(jails[jail], filter);
            if (!patterns.IsEmpty)
            {
                string key = string.Join('\n', patterns);
                if (!byFiles.TryGetValue(key, out (ImmutableArray<string> Patterns, List<int> Jails) shared))
                {
                    byFiles.Add(key, shared = (patterns, []));
                }

                shared.Jails.Add(jail);
            }

            if (ReadsJournal(jails[jail], filter, patterns))
            {
                journalJails.Add(jail);
                journalMatches.AddRange(filter.Journal);
            }
        }

        IEnumerable<SourcePlan> plans = byFiles.Values.Select(
            shared => new SourcePlan(new SourceDefinition.Files(shared.Patterns), [.. shared.Jails]));
        return journalJails.Count == 0
            ? [.. plans]
            : [.. plans, new SourcePlan(new SourceDefinition.Journal(JournalName, [.. journalMatches]), [.. journalJails])];
    }

    // The same event in a file and in the journal must count once, so a jail that names neither gets one of them.
    private ImmutableArray<string> FilesOf(JailPolicy jail, LoadedFilter filter)
    {
        if (!jail.Logs.IsEmpty)
        {
            return [.. jail.Logs.Order(StringComparer.Ordinal).Distinct(StringComparer.Ordinal)];
        }

        if (jail.Journal == true)
        {
            return [];
        }

        ImmutableArray<string> present = [.. filter.Logs.Where(IsThere).Order(StringComparer.Ordinal)];
        bool wait = present.IsEmpty && (jail.Journal == false || filter.Journal.IsEmpty);
        return wait ? [.. filter.Logs.Order(StringComparer.Ordinal)] : present;
    }

    private static bool ReadsJournal(JailPolicy jail, LoadedFilter filter, ImmutableArray<string> patterns) =>
        !filter.Journal.IsEmpty && (jail.Journal ?? patterns.IsEmpty);

    private bool IsThere(string pattern) =>
        files.Expand(pattern).Any(path => files.Stat(path).TryGet(out LogFileState? state, out _) && state is not null);
}
