using System.Diagnostics;
using System.Globalization;
using Virtward.Host.Tests.Exposure.Truth.Generator;
using Virtward.Host.Tests.Exposure.Truth.Judge;
using Virtward.Host.Tests.Exposure.Truth.Scene;
using Xunit;

namespace Virtward.Host.Tests.Exposure.Truth;

/// <summary>
/// The engine against the kernel: random rulesets over everything nft knows, and for each of them random packets sent as real frames. Zero disagreements;
/// an answer "unproven" is one. <c>VIRTWARD_TRUTH_PACKETS</c> says how many packets (100000 is the whole trial), <c>VIRTWARD_TRUTH_SEED</c> where to
/// begin. A disagreement is printed with all that is needed to see it again, its ruleset made as small as it gets.
/// </summary>
public sealed class RandomRulesetTests(ITestOutputHelper output)
{
    private const int PacketsEach = 150;
    private const int RulesetsPerHost = 20;
    private const int Shrunk = 10;
    private const int ShrunkEach = 2;
    private const int Tries = 60;

    [Fact]
    public void On_the_plain_host() => Try(Share(0.5), 1, stateful: false, static _ => Layout.Plain);

    [Fact]
    public void On_hosts_that_stand_otherwise() => Try(Share(0.4), 100_001, stateful: false, static seed => Variants.Make(new Dice(seed)));

    [Fact]
    public void With_limits_counts_and_sets_that_packets_fill() => Try(Share(0.1), 200_001, stateful: true, static _ => Layout.Plain);

    private static int Share(double part) => (int)(Number("VIRTWARD_TRUTH_PACKETS", 50_000) * part);

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int number) ? number : otherwise;

    private void Try(int packets, int seed, bool stateful, Func<int, Layout> layout)
    {
        seed += Number("VIRTWARD_TRUTH_SEED", 0);
        var watch = Stopwatch.StartNew();
        var tally = new Tally();
        var shown = new List<string>();
        while (tally.Packets < packets)
        {
            using var trial = new Trial(layout(seed));
            if (stateful)
            {
                Trial.AwaitSilence();
            }

            for (int i = 0; i < RulesetsPerHost && tally.Packets < packets; i++, seed++)
            {
                int before = tally.Disagreements.Count;
                trial.Hear(seed, PacketsEach, stateful, tally);
                shown.AddRange(tally.Disagreements.Skip(before).Take(Math.Min(ShrunkEach, Shrunk - shown.Count)).Select(found => trial.Shrink(found, Tries).ToString()));
            }
        }

        output.WriteLine($"{tally}; {tally.Packets / watch.Elapsed.TotalSeconds:f0} packets a second");
        Assert.True(tally.Disagreements.Count == 0, $"{tally}\n\n{string.Join("\n\n", shown)}");
        Assert.True(tally.RefusedLines < tally.Rules / 3, $"nft refuses too much of what is made: {tally}");
    }
}
