using System.Globalization;
using System.Text;
using System.Text.Json;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Config;
using Virtward.Guard.Fail2Ban.Dates;
using Virtward.Guard.Fail2Ban.Engine;
using Virtward.Linux;
using Xunit;

namespace Virtward.Host.Tests.Fail2Ban;

/// <summary>
/// fail2ban's own sample logs, as its Debian package installs them, run through our engine with the filters as installed: every
/// verdict (match, address, user, number of lines, time) must be fail2ban's own.
/// </summary>
public sealed class ConformanceTests(ITestOutputHelper output)
{
    private const string Samples = "/usr/lib/python3/dist-packages/fail2ban/tests/files/logs";
    private const string Filters = "/etc/fail2ban/filter.d";
    private const string TestFilters = "/usr/lib/python3/dist-packages/fail2ban/tests/config/filter.d";

    /// <summary>What fail2ban's harness takes as the time: 2005-08-14 12:00:00 in Zurich.</summary>
    private static readonly UnixTime Now = UnixTime.FromSeconds(1_124_013_600);

    [Fact]
    public void Every_sample_gets_fail2bans_own_verdict()
    {
        if (!Directory.Exists(Samples) || !Directory.Exists(Filters))
        {
            Assert.Skip("the fail2ban package with its tests is not installed");
        }

        int checks = 0;
        var disagreements = new List<string>();
        foreach ((string filter, string path) in FilterPaths())
        {
            var engines = new Dictionary<string, (LineEngine, Prefilter)>();
            foreach (SampleCheck check in SampleWalk.Checks(Samples, filter))
            {
                checks++;
                string key = check.OptionText;
                if (!engines.TryGetValue(key, out (LineEngine, Prefilter) engine))
                {
                    engines.Add(key, engine = Engine(path, check));
                }

                if (Disagreement(engine.Item1, engine.Item2, check) is { } why)
                {
                    disagreements.Add($"{filter} [{key}] {check.Where}: {why}\n    {check.Line}");
                }
            }
        }

        output.WriteLine($"{checks - disagreements.Count} / {checks} agreements");
        foreach (string disagreement in disagreements)
        {
            output.WriteLine(disagreement);
        }

        Assert.True(checks > 1500, $"only {checks} checks were found");
        Assert.Empty(disagreements);
    }

    private static IEnumerable<(string Name, string Path)> FilterPaths() =>
        from directory in new[] { Filters, TestFilters }
        from path in Directory.EnumerateFiles(directory, "*.conf").Order(StringComparer.Ordinal)
        let name = Path.GetFileNameWithoutExtension(path)
        where directory == Filters ? !name.EndsWith("common", StringComparison.Ordinal) : name.StartsWith("zzz-", StringComparison.Ordinal)
        select (name, path);

    private static (LineEngine, Prefilter) Engine(string path, SampleCheck check)
    {
        var problems = new List<Problem>();
        var options = check.Options.Where(option => !option.Key.StartsWith("test.", StringComparison.Ordinal)).ToDictionary();
        FilterDefinition? definition = FilterDefinition.Read(new ConfigReader(new WithCommon(new HostTextFiles())), path, options, journal: false, problems);
        LineEngine? engine = definition is null ? null : LineEngine.Build(definition, 2026, problems);
        Assert.True(engine is not null, string.Join('\n', problems));
        return (engine, Prefilter.Of([.. engine.Rules.Select(rule => rule.Regex.Pattern)], definition!.DatePatterns.All(DatePatterns.CutsAtWordEdges)));
    }

    private static string? Disagreement(LineEngine engine, Prefilter prefilter, SampleCheck check)
    {
        TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");
        Failure? failure = check.Options.GetValueOrDefault("logtype") == "journal"
            ? engine.Process(check.Options.GetValueOrDefault("test.prefix-line") + check.Line, Now)
            : Process(engine, prefilter, check.Line, new DateClock(Now, zone));
        if (failure is { Harmless: true } or { Pending: true })
        {
            failure = null;
        }

        if (failure is null || !check.MustMatch)
        {
            return failure is null == !check.MustMatch
                ? null
                : failure is null ? "must match and does not" : $"matches ({failure.Host}, rule {failure.Rule}) and must not";
        }

        foreach (JsonProperty expected in check.Expected.EnumerateObject().Where(each => each.Name != "time" || each.Value.ValueKind != JsonValueKind.Null))
        {
            string want = expected.Value.ToString();
            string? got = expected.Name switch
            {
                "match" or "desc" or "constraint" => want,
                "time" => failure.Time.IsKnown ? Local(failure.Time, zone) : "none",
                "host" => failure.Id,
                "attempts" => failure.Lines.ToString(CultureInfo.InvariantCulture),
                "users" => string.Join(',', (failure.Users ?? [failure.FirstUser ?? ""]).Order()),
                _ when FieldValues.IndexOf(expected.Name) is >= 0 and int field => failure.Fields[field] ?? "",
                _ => "?",
            };
            if (expected.Name == "time")
            {
                want = Local(UnixTime.From(new DateTimeOffset(DateTime.Parse(want, CultureInfo.InvariantCulture), zone.GetUtcOffset(DateTime.Parse(want, CultureInfo.InvariantCulture)))), zone);
            }
            else if (expected.Name == "users")
            {
                want = string.Join(',', expected.Value.EnumerateArray().Select(user => user.ToString()).Order());
            }

            if (got != want)
            {
                return $"{expected.Name} is '{got}' and must be '{want}'";
            }
        }

        return null;
    }

    // As the filter does: a line without a required literal is passed over.
    private static Failure? Process(LineEngine engine, Prefilter prefilter, string line, DateClock clock)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        ulong candidates = engine.IsMultiLine || !prefilter.IsUseful ? ulong.MaxValue : prefilter.Candidates(bytes);
        if (candidates == 0)
        {
            engine.Skip(bytes);
            return null;
        }

        return engine.Process(bytes, clock, candidates);
    }

    private static string Local(UnixTime time, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(time.ToDateTimeOffset(), zone).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture);

    /// <summary>fail2ban's two test filters include common.conf by a path that only its source tree has: it is answered from the installed one.</summary>
    private sealed class WithCommon(ITextFiles files) : ITextFiles
    {
        public Result<string> ReadText(string path, int maxBytes) => files.ReadText(Mapped(path), maxBytes);

        public IReadOnlyList<string> List(string directory) => files.List(directory);

        public bool Exists(string path) => files.Exists(Mapped(path));

        private static string Mapped(string path) => path.EndsWith("/config/filter.d/common.conf", StringComparison.Ordinal) ? Filters + "/common.conf" : path;
    }
}
