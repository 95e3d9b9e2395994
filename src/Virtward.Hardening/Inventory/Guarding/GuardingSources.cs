using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Guarding;

/// <summary>What is read of a host for <see cref="GuardingFacts"/>.</summary>
public static class GuardingSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
