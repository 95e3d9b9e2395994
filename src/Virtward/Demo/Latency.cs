using System.Globalization;

namespace Virtward.Demo;

/// <summary>The distribution of a latency, in milliseconds.</summary>
/// <param name="Samples">How many were measured; with none the rest means nothing.</param>
/// <param name="Median">Half of them were at most this long.</param>
/// <param name="P99">99 of 100 were at most this long (nearest rank: with fewer than 100 samples the longest).</param>
public readonly record struct Latency(int Samples, double Median, double P99)
{
    /// <summary>Sums up samples.</summary>
    public static Latency Of(IReadOnlyCollection<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        return sorted.Length == 0 ? default : new Latency(sorted.Length, Rank(sorted, 0.5), Rank(sorted, 0.99));
    }

    /// <summary>As a person reads it.</summary>
    public override string ToString() =>
        Samples == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"median {Median:0.0} ms, p99 {P99:0.0} ms");

    /// <summary>The nearest-rank percentile.</summary>
    private static double Rank(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
