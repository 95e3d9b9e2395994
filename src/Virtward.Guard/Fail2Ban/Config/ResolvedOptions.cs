using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>A filter's options after every interpolation, and how they become a <see cref="FilterDefinition"/>.</summary>
/// <param name="Values">The options by name.</param>
public sealed record ResolvedOptions(IReadOnlyDictionary<string, string> Values)
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
            problems.Add(new Problem($"maxlines is '{lines}'", path, "give a number from 1 to 1000") { Line = 1 });
        }

        ImmutableArray<string> fail = Lines("failregex");
        if (fail.IsEmpty)
        {
            problems.Add(new Problem("the filter has no failregex", path, "without one it can find nothing") { Line = 1 });
        }

        return problems.Count > before
            ? null
            : new FilterDefinition
            {
                Path = path,
                PrefRegex = Values.GetValueOrDefault("prefregex") is { Length: > 0 } prefix ? prefix : null,
                FailRegexes = fail,
                IgnoreRegexes = Lines("ignoreregex"),
                DatePatterns = [.. Lines("datepattern").Select(pattern => pattern.Trim()).Where(pattern => pattern.Length > 0)],
                JournalMatches = Lines("journalmatch"),
                MaxLines = maxLines,
                CaptureNames = !string.Equals(Values.GetValueOrDefault("usedns"), "no", StringComparison.OrdinalIgnoreCase),
            };
    }

    private ImmutableArray<string> Lines(string option) =>
        Values.TryGetValue(option, out string? text) ? [.. text.Split('\n').Where(line => line.Length > 0)] : [];
}
