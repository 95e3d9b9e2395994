using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Kernel;

/// <summary>What is read of a host for <see cref="KernelFacts"/>.</summary>
public static class KernelSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
