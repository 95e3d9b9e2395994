using System.Collections.Immutable;

namespace Virtward.Exposure.Evaluation;

/// <summary>What a simulated life of a host needs to know beside rules and network.</summary>
public sealed record TracerOptions
{
    /// <summary>
    /// The TCP ports that programs listen on and answer at; elsewhere the host answers with a reset, which ends the flow. Where the host's sockets are known, the address counts too: a
    /// socket at another port takes what it gets and says nothing.
    /// </summary>
    public ImmutableHashSet<int> ListeningTcp { get; init; } = [];

    /// <summary>
    /// How often each neighbour may be told of a shorter way by IPv6; the kernel gives another every second (inet_peer_xrlim_allow), which does not pass here.
    /// </summary>
    public int Redirects { get; init; } = 6;

    /// <summary>How much one packet may take.</summary>
    public ExposureLimits Limits { get; init; } = ExposureLimits.Usual;
}
