using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Definitions;
using Virtward.Guard.Filters.Rules;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Filters;

/// <summary>Every line of every corpus file against its verdict, and every rule of every built-in filter against the corpus.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Files => [.. CorpusReader.Files()];

    public static TheoryData<string> BuiltIns => [.. FilterLibrary.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_line_gets_its_verdict(string file)
    {
        var wrong = new List<string>();
        foreach ((CorpusCase line, Seen? seen, bool matched) in Run(file))
        {
            if (Complaint(line, seen, matched) is string complaint)
            {
                wrong.Add($"{line.Place}: {complaint}\n    {line.Line}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void Every_rule_of_a_built_in_filter_has_a_line(string name)
    {
        FilterDefinition filter = FilterLibrary.Find(name).Value;
        ImmutableHashSet<string> hit = [.. CorpusReader.Files().SelectMany(CorpusReader.Read)
            .Where(c => c.Filter == name && c.Verdict != "nothing").Select(c => c.Expected.GetValueOrDefault("rule", ""))];
        Assert.DoesNotContain(filter.Rules, r => !hit.Contains(r.Name));
    }

    [Theory]
    [MemberData(nameof(BuiltIns))]
    public void A_built_in_filter_has_no_warning_and_is_named_as_its_file(string name)
    {
        using Stream stream = typeof(FilterLibrary).Assembly.GetManifestResourceStream($"filters/{name}.yaml")!;
        FilterReading reading = FilterFileReader.Read(new StreamReader(stream).ReadToEnd(), name);
        Assert.Empty(reading.Problems);
        Assert.Empty(reading.Warnings);
        Assert.Equal(name, reading.Filter!.Name);
        Assert.NotEmpty(reading.Filter.About);
    }

    /// <summary>Feeds a file's lines in order; a change of filter or mode begins with a fresh filter.</summary>
    private static IEnumerable<(CorpusCase Line, Seen? Seen, bool Matched)> Run(string file)
    {
        RuleFilter? filter = null;
        (string Filter, string? Mode) current = default;
        foreach (CorpusCase line in CorpusReader.Read(file))
        {
            if (filter is null || current != (line.Filter, line.Mode))
            {
                current = (line.Filter, line.Mode);
                filter = Lines.BuiltIn(line.Filter, line.Mode);
            }

            var set = new FilterSet([filter]);
            var sink = new SeenSink();
            bool matched = set.Accept(Entry(line), sink);
            yield return (line, sink.All.SingleOrDefault(), matched);
        }
    }

    private static LogLine Entry(CorpusCase line) => line.Journal.IsEmpty
        ? new LogLine { Text = Encoding.UTF8.GetBytes(line.Line), Received = UnixTime.None }
        : new LogLine
        {
            Text = Encoding.UTF8.GetBytes(line.Line),
            Received = Lines.Now,
            FromJournal = true,
            Identifier = Encoding.UTF8.GetBytes(line.Journal.GetValueOrDefault("identifier", "")),
            Unit = Encoding.UTF8.GetBytes(line.Journal.GetValueOrDefault("unit", "")),
            Command = Encoding.UTF8.GetBytes(line.Journal.GetValueOrDefault("command", "")),
            ProcessId = int.Parse(line.Journal.GetValueOrDefault("pid", "0"), CultureInfo.InvariantCulture),
            UserId = int.Parse(line.Journal.GetValueOrDefault("uid", "-1"), CultureInfo.InvariantCulture),
        };

    private static string? Complaint(CorpusCase line, Seen? seen, bool matched)
    {
        if (line.Verdict is "nothing" or "understood")
        {
            return seen is not null ? $"expected {line.Verdict}, got {seen}"
                : matched != (line.Verdict == "understood") ? $"expected {line.Verdict}, and a rule {(matched ? "matched" : "did not match")}"
                : null;
        }

        if (seen is null)
        {
            return $"expected {line.Verdict}, got nothing";
        }

        if (seen.Address != Address.Parse(line.Verdict))
        {
            return $"expected {line.Verdict}, got {seen}";
        }

        ImmutableDictionary<string, string> got = ImmutableDictionary.CreateRange(
        [
            KeyValuePair.Create("user", seen.User),
            KeyValuePair.Create("rule", seen.Rule),
            KeyValuePair.Create("attempts", seen.Attempts.ToString(CultureInfo.InvariantCulture)),
            KeyValuePair.Create("kind", seen.Kind.ToString().ToLowerInvariant()),
            KeyValuePair.Create("time", seen.Time.ToString()),
        ]);
        IEnumerable<string> different = line.Expected.Where(e => got[e.Key] != e.Value).Select(e => $"{e.Key} is '{got[e.Key]}', not '{e.Value}'");
        string all = string.Join(", ", different);
        return all.Length == 0 ? null : all;
    }
}
