using System.Collections.Immutable;
using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>What one of fail2ban's filters says, everything put in its place: the texts that an engine is built from.</summary>
public sealed record FilterDefinition
{
    /// <summary>The options of a filter that fail2ban's server knows; all others only serve these.</summary>
    public static readonly ImmutableArray<string> OptionNames =
        ["usedns", "prefregex", "ignoreregex", "failregex", "maxlines", "datepattern", "journalmatch"];

    /// <summary>The file it was read from, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>Where each option stands, for messages; options from elsewhere (the jail, the brackets) are missing.</summary>
    public IReadOnlyDictionary<string, ConfigValue> Origins { get; init; } = new Dictionary<string, ConfigValue>();

    /// <summary>The expression that a line must match first; null where there is none.</summary>
    public string? PrefRegex { get; init; }

    /// <summary>The expressions of failures, in order; the first that matches counts.</summary>
    public ImmutableArray<string> FailRegexes { get; init; } = [];

    /// <summary>The expressions of lines that are no failure after all.</summary>
    public ImmutableArray<string> IgnoreRegexes { get; init; } = [];

    /// <summary>The date patterns, in order; empty: the default detectors.</summary>
    public ImmutableArray<string> DatePatterns { get; init; } = [];

    /// <summary>The journal matches: each line is one alternative.</summary>
    public ImmutableArray<string> JournalMatches { get; init; } = [];

    /// <summary>How many lines back an expression may reach; 1 for a line at a time.</summary>
    public int MaxLines { get; init; } = 1;

    /// <summary>Whether host names are captured at all: not with <c>usedns = no</c>.</summary>
    public bool CaptureNames { get; init; } = true;

    /// <summary>Reads a filter.</summary>
    /// <param name="reader">Reads the files.</param>
    /// <param name="path">The <c>.conf</c> (or <c>.local</c>) file; its <c>.local</c> and <c>.d</c> are found beside it.</param>
    /// <param name="options">The options in brackets, which override the filter's own.</param>
    /// <param name="journal">Whether lines come from the journal: sets <c>logtype</c> unless it is set.</param>
    /// <param name="problems">Takes every problem.</param>
    /// <returns>The definition; null where problems leave none.</returns>
    public static FilterDefinition? Read(
        ConfigReader reader, string path, IReadOnlyDictionary<string, string> options, bool journal, ICollection<Problem> problems)
    {
        string name = System.IO.Path.ChangeExtension(path, null);
        int before = problems.Count;
        ConfigTree? tree = reader.Read(name, problems);
        if (tree is null)
        {
            problems.Add(new Problem("there is no such filter", path, "fail2ban's filters lie in /etc/fail2ban/filter.d"));
        }

        return tree is null || problems.Count > before ? null : Read(tree, path, options, new Dictionary<string, string>(), journal, problems)?.Bind(path, problems);
    }

    /// <summary>Resolves a filter's options.</summary>
    /// <param name="tree">The filter's files.</param>
    /// <param name="path">The path, for messages.</param>
    /// <param name="options">The options in brackets.</param>
    /// <param name="outer">The jail's options, which count before the filter's too.</param>
    /// <param name="journal">Whether lines come from the journal.</param>
    /// <param name="problems">Takes every problem.</param>
    /// <returns>All options, resolved; null where problems leave none.</returns>
    public static ResolvedOptions? Read(
        ConfigTree tree,
        string path,
        IReadOnlyDictionary<string, string> options,
        IReadOnlyDictionary<string, string> outer,
        bool journal,
        ICollection<Problem> problems)
    {
        var initial = new Dictionary<string, string>(StringComparer.Ordinal);
        var overrides = new Dictionary<string, string>(outer, StringComparer.Ordinal);
        foreach ((string name, string value) in options)
        {
            initial[name] = value;
        }

        bool ownLogType = tree.TryGetSection("Definition", out ConfigSection? definition) && definition.Has("logtype");
        if (!ownLogType)
        {
            _ = journal ? initial.TryAdd("logtype", "journal") : initial.TryAdd("logtype", "file");
        }

        foreach ((string name, string value) in initial)
        {
            overrides[name] = value;
        }

        var resolved = new Dictionary<string, string>(StringComparer.Ordinal);
        if (definition is null)
        {
            problems.Add(new Problem("the filter has no [Definition]", path, "every fail2ban filter needs one"));
            return null;
        }

        foreach (string name in OptionNames.Where(name => !overrides.ContainsKey(name)))
        {
            Take(name, tree.Get("Definition", name, overrides), resolved);
        }

        if (tree.TryGetSection("Init", out ConfigSection? init))
        {
            foreach (string name in init.Names)
            {
                var values = new Dictionary<string, string>(StringComparer.Ordinal);
                Take(name, tree.Get("Init", name), values);
                if (values.TryGetValue(name, out string? value))
                {
                    initial["known/" + name] = value;
                    _ = initial.TryAdd(name, value);
                }
            }
        }

        foreach ((string name, string value) in initial)
        {
            resolved[name] = value;
        }

        if (!Tags.Replace(resolved, tag => tree.Get("Definition", OptionName(tag), overrides)).TryGet(out var replaced, out Problem? problem))
        {
            problems.Add(problem.On is null ? problem with { On = path } : problem);
            return null;
        }

        var origins = new Dictionary<string, ConfigValue>(StringComparer.Ordinal);
        foreach (string name in OptionNames)
        {
            if (!overrides.ContainsKey(name) && tree.Find("Definition", name) is { } origin)
            {
                origins[name] = origin;
            }
        }

        return new ResolvedOptions(replaced, origins);

        void Take(string name, Result<string?> result, Dictionary<string, string> into)
        {
            if (!result.TryGet(out string? value, out Problem? bad))
            {
                problems.Add(bad);
            }
            else if (value is not null)
            {
                into[name] = value;
            }
        }
    }

    /// <summary>A problem with one of the options, at its place.</summary>
    /// <param name="option">The option.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="hint">What to do.</param>
    public Problem About(string option, string what, string? hint) => ResolvedOptions.About(Origins, Path, option, what, hint);

    // Option names have no case, names of sections before a slash have.
    private static string OptionName(string tag)
    {
        int slash = tag.IndexOf('/', StringComparison.Ordinal);
        return tag[..(slash + 1)] + tag[(slash + 1)..].ToLowerInvariant();
    }
}
