using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>What is read of a host for <see cref="NetworkFacts"/>.</summary>
public static class NetworkSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
