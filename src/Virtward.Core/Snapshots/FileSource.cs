namespace Virtward.Core.Snapshots;

/// <summary>Configuration files that enter a snapshot, as <c>root/PATH</c>, with their owners and modes in <c>files.json</c>.</summary>
/// <param name="Pattern">
/// An absolute path; each part may hold the wildcards of glob(7). Below <c>/proc</c> and <c>/sys</c> it is the running kernel's, below
/// anything else that of the root that is looked at.
/// </param>
/// <param name="Clean">Takes secrets out of a text; see <see cref="Cleaning"/>. Named for every source, so that none is forgotten.</param>
public sealed record FileSource(string Pattern, Func<string, string> Clean)
{
    /// <summary>A longer file is left out, and that is said.</summary>
    public int MaxBytes { get; init; } = 512 * 1024;

    /// <summary>The most files that a pattern may bring.</summary>
    public int MaxFiles { get; init; } = 2000;
}
