using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>One sshd, by the file that its configuration begins with.</summary>
/// <param name="Config">The configuration's files.</param>
/// <param name="Everybody">Connections that no Match block is for.</param>
/// <param name="Special">The classes of connections that Match blocks are for, as far as one could be made up.</param>
public sealed record SshInstance(SshdConfig Config, SshView Everybody, ImmutableArray<SshView> Special)
{
    /// <summary>Whether it is the host's usual one.</summary>
    public bool IsMain => Config.Path == SshFacts.MainConfig;

    /// <summary>Stands behind the subject of a finding, so that those of several servers differ; empty for the usual one.</summary>
    public string Suffix => IsMain ? "" : $" ({Config.Path})";
}
