using System.Globalization;
using Virtward.Hardening.Drift;

namespace Virtward.Control;

/// <summary>What the last look for drift found.</summary>
/// <param name="Looked">When it was looked last, RFC 3339.</param>
/// <param name="Changes">The ids of the changes that a plan would make.</param>
/// <param name="Since">When a look first found something, RFC 3339; null: nothing has drifted.</param>
/// <param name="Problem">Why the last look could not tell; null: it could.</param>
public sealed record DriftDocument(string Looked, IReadOnlyList<string> Changes, string? Since, string? Problem)
{
    /// <summary>As the state folder keeps it; null: nobody has looked.</summary>
    public static DriftDocument? Of(DriftRecord? record) => record is null ? null
        : new DriftDocument(Time(record.Looked), [.. record.Changes.Select(static change => change.Id)], record.Since is { } since ? Time(since) : null, record.Problem);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
