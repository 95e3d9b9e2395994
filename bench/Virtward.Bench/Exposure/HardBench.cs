using Virtward.Bench.Throughput;

namespace Virtward.Bench.Exposure;

/// <summary><c>exposure-hard</c>: the exposure commands as whole processes on the snapshot of a host that is hard to answer for.</summary>
internal static class HardBench
{
    private const int Rules = 10_000;
    private const int Elements = 100_000;

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        HardHost.Write(work.Path, Rules, Elements);
        var table = new Table(
            $"whole processes: {Rules:N0} rules, two sets of {Elements:N0}, 40 listeners, 20 of them open to everybody else ({Machine.Describe()})",
            "command", "CPU, median", "wall", "peak RSS so far", "output");
        Row("virtward exposure", "exposure", "--snapshot", work.Path);
        Row("virtward exposure explain 1000", "exposure", "explain", "1000", "--snapshot", work.Path);
        Row("virtward exposure --json", "exposure", "--json", "--snapshot", work.Path);
        table.Print();
        return 0;

        void Row(string what, params string[] arguments)
        {
            if (options.Only.Length > 0 && !what.EndsWith(options.Only, StringComparison.Ordinal))
            {
                return;
            }

            Child[] runs = [.. Enumerable.Range(0, options.Runs).Select(_ => Child.Run([options.Virtward, .. arguments]))];
            if (runs[0].ExitCode != 0)
            {
                throw new InvalidOperationException($"{what}: {runs[0].Errors}");
            }

            table.Row(
                what,
                Measure.Text(1000 * Measure.Median(runs.Select(static run => run.CpuSeconds))),
                Measure.Text(1000 * Measure.Median(runs.Select(static run => run.WallSeconds))),
                $"{runs[^1].PeakMemory / 1e6:N0} MB",
                $"{runs[0].OutputBytes / 1e6:N1} MB");
        }
    }
}
