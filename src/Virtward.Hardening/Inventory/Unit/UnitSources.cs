using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Unit;

/// <summary>What is read of a host for <see cref="UnitFacts"/>.</summary>
public static class UnitSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
