using System.Text;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Config;
using Virtward.Guard.Fail2Ban.Dates;
using Virtward.Guard.Fail2Ban.Engine;
using Virtward.Linux;
using Xunit;

namespace Virtward.Host.Tests.Fail2Ban;

/// <summary>
/// What spares work must not change a verdict: each installed filter runs over the package's sample lines, and over damaged ones, once with
/// the required literals asked first and once without.
/// </summary>
public sealed class ShortcutTests(ITestOutputHelper output)
{
    private const string Samples = "/usr/lib/python3/dist-packages/fail2ban/tests/files/logs";
    private const string Filters = "/etc/fail2ban/filter.d";
    private const int RoundsALine = 4;

    private static readonly DateClock Clock = new(UnixTime.FromSeconds(1_124_013_600), TimeZoneInfo.Utc, IsLive: false);

    [Fact]
    public void A_line_says_the_same_with_and_without_its_literals_asked_first()
    {
        if (!Directory.Exists(Samples) || !Directory.Exists(Filters))
        {
            Assert.Skip("the fail2ban package with its tests is not installed");
        }

        (int lines, int matched) = (0, 0);
        foreach (string path in Directory.EnumerateFiles(Filters, "*.conf").Order(StringComparer.Ordinal).Where(path => File.Exists(Path.Combine(Samples, Path.GetFileNameWithoutExtension(path)))))
        {
            FilterDefinition definition = FilterDefinition.Read(new ConfigReader(new HostTextFiles()), path, new Dictionary<string, string>(), false, new List<Problem>())!;
            (LineEngine asked, LineEngine all) = (Engine(definition), Engine(definition));
            Prefilter prefilter = Prefilter.Of([.. all.Rules.Select(rule => rule.Regex.Pattern)], definition.DatePatterns.All(DatePatterns.CutsAtWordEdges));
            if (!prefilter.IsUseful || asked.IsMultiLine)
            {
                continue;
            }

            foreach (byte[] line in Lines(Path.GetFileNameWithoutExtension(path)))
            {
                ulong candidates = prefilter.Candidates(line);
                Assert.Equal(candidates != 0, prefilter.MayMatch(line));
                string whole = Verdict(all.Process(line, Clock));
                string spared = "";
                if (candidates == 0)
                {
                    asked.Skip(line);
                }
                else
                {
                    spared = Verdict(asked.Process(line, Clock, lines % 2 == 0 ? candidates : ulong.MaxValue));
                }

                Assert.True(whole == spared, $"{path}: '{whole}' without, '{spared}' with: {Encoding.UTF8.GetString(line)}");
                lines++;
                matched += whole.Length > 0 ? 1 : 0;
            }
        }

        output.WriteLine($"{lines} lines, {matched} of them matched");
        Assert.True(matched > 1_500, $"only {matched} of {lines} lines matched");
    }

    private static LineEngine Engine(FilterDefinition definition) => LineEngine.Build(definition, 2026, new List<Problem>())!;

    private static string Verdict(Failure? failure) =>
        failure is null ? "" : $"{failure.Rule} {failure.Host} {failure.Id} {failure.User} {failure.Harmless} {failure.Gained} {failure.Pending} {failure.Lines} {failure.Time}";

    private static IEnumerable<byte[]> Lines(string filter)
    {
        var random = new Random(5);
        foreach (string text in File.ReadLines(Path.Combine(Samples, filter)).Where(text => text.Length > 0 && text[0] != '#'))
        {
            byte[] line = Encoding.UTF8.GetBytes(text);
            yield return line;
            for (int round = 0; round < RoundsALine; round++)
            {
                // Past the stamp: which date a line without one has, is only as good as the last line.
                byte[] damaged = [.. line];
                for (int damages = random.Next(1, 4); damages > 0 && damaged.Length > 40; damages--)
                {
                    int at = random.Next(34, damaged.Length - 3);
                    int length = random.Next(3);
                    damaged = random.Next(3) switch
                    {
                        0 => [.. damaged[..at], .. damaged[(at + length)..]],
                        1 => [.. damaged[..(at + length)], .. damaged[at..]],
                        _ => [.. damaged[..at], (byte)random.Next(1, 256), .. damaged[at..]],
                    };
                }

                yield return damaged;
            }
        }
    }
}
