using System.Diagnostics;

namespace Virtward.Bench;

/// <summary>Repeats and medians.</summary>
internal static class Measure
{
    /// <summary>The value in the middle, or the lower of the two.</summary>
    public static double Median(IEnumerable<double> values) => Percentile(values, 0.5);

    /// <summary>The value that a share of all do not exceed (nearest rank).</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    /// <summary>Milliseconds of wall time of each of a number of runs.</summary>
    public static double[] Milliseconds(int runs, Action action) => [.. Enumerable.Range(0, runs).Select(_ =>
    {
        long start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    })];

    /// <summary>Milliseconds of CPU of this process, user and system, of each of a number of runs; its clock ticks in about a microsecond.</summary>
    public static double[] CpuMilliseconds(int runs, Action action) => [.. Enumerable.Range(0, runs).Select(_ =>
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - start).TotalMilliseconds;
    })];

    /// <summary>A number of milliseconds, with two or three digits that mean something.</summary>
    public static string Text(double milliseconds) => milliseconds switch
    {
        < 1 => $"{milliseconds:0.000} ms",
        < 100 => $"{milliseconds:0.0} ms",
        _ => $"{milliseconds:0} ms",
    };
}
