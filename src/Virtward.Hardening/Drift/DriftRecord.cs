using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;
using Virtward.Hardening.Plan;

namespace Virtward.Hardening.Drift;

/// <summary>What the last look for drift found: a plan is made, and whatever it would change has drifted.</summary>
/// <param name="Looked">When it was looked last.</param>
/// <param name="Changes">What has to be changed, as far as is known; empty: the host is what its policy says.</param>
public sealed record DriftRecord(DateTimeOffset Looked, ImmutableArray<DriftedChange> Changes)
{
    /// <summary>The file in the state folder that keeps it.</summary>
    public const string FileName = "drift.json";

    // Ids are short; more of them are in the plan.
    private const int MostNamed = 6;

    /// <summary>When a look first found something, with none between that found nothing; null: nothing has drifted.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Why the last look could not tell; null: it could. <see cref="Changes"/> are those of the last one that could.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether anything is to be told as a warning.</summary>
    [JsonIgnore]
    public bool IsBad => Problem is not null || !Changes.IsEmpty;

    /// <summary>The record after a look.</summary>
    /// <param name="earlier">The record before it; null: the first look.</param>
    /// <param name="plan">What it found.</param>
    public static DriftRecord After(DriftRecord? earlier, ClosingPlan plan) =>
        new(plan.Made, [.. plan.Changes.Select(static one => new DriftedChange(one.Change.Id, one.Change.Title))])
        {
            Since = plan.IsEmpty ? null : earlier?.Since ?? plan.Made,
        };

    /// <summary>The record after a look that could not tell.</summary>
    /// <param name="earlier">The record before it; null: the first look.</param>
    /// <param name="now">When.</param>
    /// <param name="problem">Why.</param>
    public static DriftRecord Failed(DriftRecord? earlier, DateTimeOffset now, string problem) =>
        new(now, earlier?.Changes ?? []) { Since = earlier?.Since, Problem = problem };

    /// <summary>It in one line, for a log: <c>drift: 3 changes since 2026-11-28T05:00:00Z: firewall, ssh, updates</c>.</summary>
    public string ToLine()
    {
        string found = Changes.IsEmpty || Since is not { } since ? "none" : string.Create(
            CultureInfo.InvariantCulture, $"{Changes.Length} change{(Changes.Length == 1 ? "" : "s")} since {since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}: {Names()}");
        return $"drift: {(Problem is null ? found : $"could not be told: {Problem}")}";
    }

    private string Names() =>
        string.Join(", ", Changes.Take(MostNamed).Select(static change => change.Id)) + (Changes.Length > MostNamed ? $" and {Changes.Length - MostNamed} more" : "");
}
