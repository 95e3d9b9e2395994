using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>What is read of a host for <see cref="HypervisorFacts"/>.</summary>
public static class HypervisorSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
