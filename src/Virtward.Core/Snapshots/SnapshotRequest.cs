namespace Virtward.Core.Snapshots;

/// <summary>What of a host is to be read.</summary>
public sealed record SnapshotRequest
{
    /// <summary>Whether <c>nft.json</c> is wanted too: slow and large where sets are.</summary>
    public bool NftJson { get; init; }

    /// <summary>Whether guests are asked for their addresses through their agents.</summary>
    public bool Agents { get; init; } = true;

    /// <summary>How long a single program may take.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>What to write as the program's version.</summary>
    public string Program { get; init; } = "virtward";

    /// <summary>What is to be read besides the network and the guests.</summary>
    public SnapshotSources Sources { get; init; } = SnapshotSources.None;
}
