using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>A filter's options after every interpolation, and how they become a <see cref="FilterDefinition"/>.</summary>
/// <param name="Values">The options by name.</param>
/// <param name="Origins">Where the filter's own options stand.</param>
public sealed record ResolvedOptions(IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, ConfigValue> Origins)
{
    /// <summary>Reads the options' values.</summary>
    /// <param name="path">The filter's file, for messages.</param>
    /// <param name="problems">Takes what is wrong with them.</param>
    /// <returns>The definition; null where problems leave none.</returns>
    public FilterDefinition? Bind(string path, ICollection<Problem> problems)
    {
        int before = problems.Count;
        int maxLines = 1;
        if (Values.TryGetValue("maxlines", out string? lines)
            && !(int.TryParse(lines, NumberStyles.None, CultureInfo.InvariantCulture, out maxLines) && maxLines is > 0 and <= 1000))
        {
            problems.Add(About(Origins, path, "maxlines", $"maxlines is '{lines}'", "give a number from 1 to 1000"));
        }

        ImmutableArray<string> fail = Lines("failregex");
        if (fail.IsEmpty)
        {
            problems.Add(About(Origins, path, "failregex", "the filter has no failregex", "without one it can find nothing"));
        }

        return problems.Count > before
            ? null
            : new FilterDefinition
            {
                Path = path,
                Origins = Origins,
                PrefRegex = Values.GetValueOrDefault("prefregex") is { Length: > 0 } prefix ? prefix : null,
                FailRegexes = fail,
                IgnoreRegexes = Lines("ignoreregex"),
                DatePatterns = [.. Lines("datepattern").Select(pattern => pattern.Trim()).Where(pattern => pattern.Length > 0)],
                JournalMatches = Lines("journalmatch"),
                MaxLines = maxLines,
                CaptureNames = !string.Equals(Values.GetValueOrDefault("usedns"), "no", StringComparison.OrdinalIgnoreCase),
            };
    }

    /// <summary>A problem with an option, at its place where that is known.</summary>
    /// <param name="origins">Where options stand.</param>
    /// <param name="path">The filter's file.</param>
    /// <param name="option">The option.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="hint">What to do.</param>
    public static Problem About(IReadOnlyDictionary<string, ConfigValue> origins, string path, string option, string what, string? hint) =>
        origins.TryGetValue(option, out ConfigValue? origin)
            ? new Problem(what, origin.File, hint) { Line = origin.Line }
            : new Problem(what, path, hint);

    private ImmutableArray<string> Lines(string option) =>
        Values.TryGetValue(option, out string? text) ? [.. text.Split('\n').Where(line => line.Length > 0)] : [];
}
