using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Access;

/// <summary>What is read of a host for <see cref="AccessFacts"/>.</summary>
public static class AccessSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
