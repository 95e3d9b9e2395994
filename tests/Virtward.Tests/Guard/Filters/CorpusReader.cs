using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Virtward.Tests.Guard.Filters;

/// <summary>Reads corpus files: options, lines and verdicts; the format is described in docs/filters.md.</summary>
public static partial class CorpusReader
{
    private static readonly ImmutableArray<string> Expectations = ["user", "rule", "attempts", "kind", "time"];

    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "corpus"), "*.txt").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal);

    public static IEnumerable<CorpusCase> Read(string file)
    {
        string filter = Path.GetFileNameWithoutExtension(file);
        string? mode = null;
        ImmutableDictionary<string, string> journal = ImmutableDictionary<string, string>.Empty;
        string? line = null;
        int number = 0;
        foreach (string text in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "corpus", file)))
        {
            string place = $"{file}:{++number}";
            if (text.StartsWith("> ", StringComparison.Ordinal))
            {
                line = line is null ? text[2..] : throw new FormatException($"{place}: the line before has no verdict");
            }
            else if (text.StartsWith("= ", StringComparison.Ordinal))
            {
                (string verdict, ImmutableDictionary<string, string> expected) = Verdict(place, text[2..]);
                yield return new CorpusCase(place, filter, mode, journal, line ?? throw new FormatException($"{place}: a verdict without a line"), verdict, expected);
                line = null;
            }
            else if (text.StartsWith("# mode: ", StringComparison.Ordinal))
            {
                mode = text[8..];
            }
            else if (text.StartsWith("# filter: ", StringComparison.Ordinal))
            {
                filter = text[10..];
            }
            else if (text.StartsWith("# journal:", StringComparison.Ordinal))
            {
                journal = Fields(text[10..]);
            }
            else if (text.Length > 0 && text[0] != '#')
            {
                throw new FormatException($"{place}: neither a line (> …), a verdict (= …), an option nor a comment (# …)");
            }
        }
    }

    private static (string Verdict, ImmutableDictionary<string, string> Expected) Verdict(string place, string text)
    {
        string verdict = text.Split(' ')[0];
        ImmutableDictionary<string, string> expected = Fields(text[verdict.Length..]);
        string? unknown = expected.Keys.FirstOrDefault(k => !Expectations.Contains(k));
        return unknown is null ? (verdict, expected) : throw new FormatException($"{place}: unknown expectation '{unknown}'");
    }

    /// <summary>name=value or name="value with spaces".</summary>
    private static ImmutableDictionary<string, string> Fields(string text)
    {
        MatchCollection fields = Field().Matches(text);
        return Field().Replace(text, "").Trim().Length == 0
            ? fields.ToImmutableDictionary(m => m.Groups["name"].Value, m => m.Groups["quoted"].Success ? m.Groups["quoted"].Value : m.Groups["bare"].Value)
            : throw new FormatException($"cannot read '{text}': write name=value or name=\"a value\"");
    }

    [GeneratedRegex("""\s(?<name>[a-z]+)=(?:"(?<quoted>[^"]*)"|(?<bare>\S*))""")]
    private static partial Regex Field();
}
