using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Config;
using Virtward.Guard.Fail2Ban.Engine;
using Virtward.Linux;
using Virtward.Tests.Guard.Filters.Regexes.Bytes;
using Xunit;

namespace Virtward.Host.Tests.Fail2Ban;

/// <summary>Every expression of fail2ban's filters as installed: matched as bytes and by .NET's engine, over random texts of its shape.</summary>
public sealed class ShippedPatternTests(ITestOutputHelper output)
{
    private const string Directory = "/etc/fail2ban/filter.d";

    [Fact]
    public void Each_means_the_same_to_both_engines()
    {
        if (!System.IO.Directory.Exists(Directory))
        {
            Assert.Skip("the fail2ban package is not installed");
        }

        var rules = Rules().DistinctBy(rule => rule.Regex.Pattern).ToList();
        int compiled = 0;
        int matched = 0;
        for (int index = 0; index < rules.Count; index++)
        {
            var samples = new Samples(new Regex(rules[index].Regex.Pattern, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant), index);
            Assert.Equal(rules[index].Regex.MatchesBytes, samples.Compiles);
            if (!samples.Compiles)
            {
                output.WriteLine($"left to .NET: {rules[index].Source}");
                continue;
            }

            compiled++;
            string? disagreement = samples.Disagreement(300);
            Assert.True(disagreement is null, disagreement);
            matched += samples.Matched;
        }

        output.WriteLine($"{compiled} of {rules.Count} expressions are matched as bytes; {matched} of {300 * compiled} texts matched");
        Assert.True(compiled > rules.Count * 0.9);
    }

    private static IEnumerable<Rule> Rules()
    {
        foreach (string path in System.IO.Directory.EnumerateFiles(Directory, "*.conf").Where(path => !path.EndsWith("common.conf", StringComparison.Ordinal)))
        {
            foreach (string mode in new[] { "normal", "aggressive" })
            {
                var problems = new List<Problem>();
                var options = new Dictionary<string, string> { ["mode"] = mode };
                if (FilterDefinition.Read(new ConfigReader(new HostTextFiles()), path, options, journal: false, problems) is { } definition
                    && LineEngine.Build(definition, 2026, problems) is { } engine)
                {
                    foreach (Rule rule in engine.Prefix is null ? engine.Rules : engine.Rules.Append(engine.Prefix))
                    {
                        yield return rule;
                    }
                }
            }
        }
    }
}
