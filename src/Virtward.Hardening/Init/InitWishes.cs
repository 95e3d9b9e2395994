using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Init;

/// <summary>What the administrator said about a policy that is to be written; everything else is taken from the host.</summary>
public sealed record InitWishes
{
    /// <summary>What the host is for.</summary>
    public Profile Profile { get; init; } = Profile.Isolated;

    /// <summary>Zones; they go before what is guessed of the same name or interface.</summary>
    public ImmutableArray<ZonePolicy> Zones { get; init; } = [];

    /// <summary>The port that sshd is to listen on; null: as it is.</summary>
    public ushort? SshPort { get; init; }
}
