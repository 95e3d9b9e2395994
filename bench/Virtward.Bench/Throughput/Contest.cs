using System.Globalization;
using Virtward.Bench.Log;

namespace Virtward.Bench.Throughput;

/// <summary>
/// Runs competitors over the same log, one after the other: CPU seconds, the median of several runs, less the median of as many runs
/// over an empty file, which is what starting up costs.
/// </summary>
internal sealed class Contest(string title, BenchOptions options)
{
    private readonly List<(Competitor Competitor, double Rate, string[] Cells)> _results = [];

    /// <summary>Runs one; where it fails, says so and leaves it out.</summary>
    /// <returns>Its lines per CPU second; not a number where it failed or is not among those asked for.</returns>
    public double Run(Competitor competitor)
    {
        if (_results.Count > 0 && !competitor.Name.Contains(options.Only, StringComparison.Ordinal))
        {
            return double.NaN;
        }

        try
        {
            return Race(competitor);
        }
        catch (InvalidOperationException failure)
        {
            Console.Error.WriteLine($"bench: left out: {failure.Message}");
            return double.NaN;
        }
    }

    /// <summary>Prints the table, every rate held against the first one.</summary>
    public void Print()
    {
        var table = new Table(
            $"{title} ({options.Stamps} stamps, {options.Attacks:P0} attacks, seed {options.Seed}, median of {options.Runs}, {Machine.Describe()})",
            "program", "lines", "CPU s", "start s", "k lines/CPU s", "count", $"x {_results[0].Competitor.Name}");
        foreach ((Competitor competitor, double rate, string[] cells) in _results)
        {
            table.Row([competitor.Name, .. cells, (rate / _results[0].Rate).ToString("0.000", CultureInfo.InvariantCulture)]);
        }

        table.Print();
    }

    private double Race(Competitor competitor)
    {
        string whole = GeneratedLog.Of(options);
        (string log, long lines) = GeneratedLog.Slice(options, whole, competitor.MaxLines);
        string empty = Path.Combine(options.Work, "empty.log");
        File.WriteAllBytes(empty, []);
        Child[] full = Repeat(competitor, log);
        Child[] idle = Repeat(competitor, empty);
        double start = Measure.Median(idle.Select(child => child.CpuSeconds));
        double cpu = Math.Max(Measure.Median(full.Select(child => child.CpuSeconds)) - start, 1e-6);
        _results.Add((competitor, lines / cpu,
        [
            Number(lines), cpu.ToString("0.000", CultureInfo.InvariantCulture), start.ToString("0.000", CultureInfo.InvariantCulture),
            Number((long)(lines / cpu / 1000)), competitor.Count(full[^1]),
        ]));
        return lines / cpu;
    }

    private Child[] Repeat(Competitor competitor, string log) =>
    [
        .. Enumerable.Range(0, options.Runs).Select(_ =>
        {
            Child child = Child.Run(competitor.Command(log));

            // grep's 1 means that no line matched, which is right for the empty file.
            return child.ExitCode is 0 or 1
                ? child
                : throw new InvalidOperationException($"{competitor.Name} ended with {child.ExitCode}: {child.Errors.Split('\n')[0]}");
        }),
    ];

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
