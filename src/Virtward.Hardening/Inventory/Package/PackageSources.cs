using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>What is read of a host for <see cref="PackageFacts"/>.</summary>
public static class PackageSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
