using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>What is read of a host for <see cref="FirewallFacts"/>.</summary>
public static class FirewallSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
