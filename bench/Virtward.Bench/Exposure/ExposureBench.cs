using System.Diagnostics;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Rulesets;

namespace Virtward.Bench.Exposure;

/// <summary>Who can reach what, for all listeners from all zones: time, and the most memory the process had.</summary>
internal static class ExposureBench
{
    private const int Listeners = 40;

    public static int Run()
    {
        var table = new Table("exposure: 40 listeners × 5 zones", "", "CPU", "wall", "prefixes", "peak RSS");
        foreach ((int rules, int elements) in (ReadOnlySpan<(int, int)>)[(1_000, 1_000), (10_000, 100_000)])
        {
            Ruleset ruleset = GeneratedRules.Make(rules, elements);
            for (int run = 0; run < 2; run++)
            {
                var watch = Stopwatch.StartNew();
                TimeSpan start = Environment.CpuUsage.TotalTime;
                long prefixes = AskAll(ruleset);
                using var self = Process.GetCurrentProcess();
                table.Row($"{rules:N0} rules, two sets of {elements:N0}{(run == 0 ? ", first" : "")}", Measure.Text((Environment.CpuUsage.TotalTime - start).TotalMilliseconds),
                    Measure.Text(watch.ElapsedMilliseconds),
                    $"{prefixes:N0}", $"{self.PeakWorkingSet64 / 1e6:N0} MB");
            }
        }

        table.Print();
        return 0;
    }

    private static long AskAll(Ruleset ruleset)
    {
        var engine = new ExposureEngine(ruleset, GeneratedRules.Network);
        long prefixes = 0;
        for (int listener = 0; listener < Listeners; listener++)
        {
            foreach (string zone in GeneratedRules.Zones)
            {
                SourceSets sets = engine.Ask(new Question(zone, GeneratedRules.Own, 6, 1000 + listener));
                prefixes += sets.Accepted.Count;
            }
        }

        return prefixes;
    }
}
