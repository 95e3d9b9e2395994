using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Virtward.Host.Tests.Fail2Ban;

/// <summary>
/// Reads fail2ban's sample logs in the order of its own test harness: directives in comments choose filter options for the lines
/// below, <c>failJSON</c> says what the next line must give, and every line is run with every chosen set of options.
/// </summary>
public static partial class SampleWalk
{
    /// <summary>All checks of one filter, in order.</summary>
    public static IEnumerable<SampleCheck> Checks(string directory, string filter)
    {
        ImmutableSortedDictionary<string, string> none = ImmutableSortedDictionary<string, string>.Empty;
        ImmutableSortedDictionary<string, string> common = none;
        List<ImmutableSortedDictionary<string, string>> sets = [none];
        var names = new List<string> { filter };
        for (int index = 0; index < names.Count; index++)
        {
            string[] lines = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(directory, names[index]))).Split('\n');
            bool skipping = false;
            for (int number = 0; number < lines.Length; number++)
            {
                string line = lines[number];
                JsonElement expected = default;
                if (Directive().Match(line) is { Success: true } directive)
                {
                    JsonElement value = JsonDocument.Parse(directive.Groups[2].Value).RootElement;
                    switch (directive.Groups[1].Value)
                    {
                        case "fileOptions":
                            common = Read(none, value);
                            continue;
                        case "filterOptions":
                            JsonElement[] chosen = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
                            sets = [.. chosen.Select(options => Read(common, options)).Where(options => Holds(options.GetValueOrDefault("test.condition"), filter, options))];
                            skipping = sets.Count == 0;
                            continue;
                        case "addFILE":
                            names.Add(value.GetString()!);
                            continue;
                        default:
                            expected = value;
                            line = lines[++number];
                            break;
                    }
                }
                else if (skipping || line.StartsWith('#') || line.Trim().Length == 0)
                {
                    continue;
                }

                if (skipping)
                {
                    continue;
                }

                string? constraint = expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("constraint", out JsonElement text) ? text.GetString() : null;
                foreach (ImmutableSortedDictionary<string, string> options in sets.Where(options => Holds(constraint, filter, options)))
                {
                    yield return new SampleCheck($"{names[index]}:{number + 1}", options, line.TrimEnd('\r', '\n'), expected);
                }
            }
        }
    }

    private static ImmutableSortedDictionary<string, string> Read(ImmutableSortedDictionary<string, string> common, JsonElement options) =>
        common.SetItems(options.EnumerateObject().Select(option => KeyValuePair.Create(option.Name, option.Value.ToString())));

    // The Python expressions that occur: name == 'x', opts.get('mode') == 'x', opts.get('mode') != 'x'.
    private static bool Holds(string? condition, string filter, ImmutableSortedDictionary<string, string> options)
    {
        if (condition is null)
        {
            return true;
        }

        Match match = Condition().Match(condition);
        Assert.True(match.Success, $"unknown condition {condition}");
        string? left = match.Groups["key"].Success ? options.GetValueOrDefault(match.Groups["key"].Value) : filter;
        return left == match.Groups["value"].Value == (match.Groups["op"].Value == "==");
    }

    [GeneratedRegex("^#+ ?(failJSON|fileOptions|filterOptions|addFILE):(.+)$")]
    private static partial Regex Directive();

    [GeneratedRegex(@"^(?:name|opts\.get\('(?<key>\w+)'\))\s*(?<op>[!=]=)\s*'(?<value>[^']*)'$")]
    private static partial Regex Condition();
}
