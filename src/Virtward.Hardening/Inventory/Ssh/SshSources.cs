using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>What is read of a host for <see cref="SshFacts"/>.</summary>
public static class SshSources
{
    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = SnapshotSources.None;
}
