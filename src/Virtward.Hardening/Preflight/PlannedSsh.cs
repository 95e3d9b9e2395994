using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;

namespace Virtward.Hardening.Preflight;

/// <summary>What sshd is to be once a plan is applied; null: as it is.</summary>
public sealed record PlannedSsh
{
    /// <summary>Nothing of it changes.</summary>
    public static readonly PlannedSsh Unchanged = new();

    /// <summary>The ports it is to listen on.</summary>
    public ImmutableArray<ushort>? Ports { get; init; }

    /// <summary>The addresses it is to listen on; empty: all.</summary>
    public ImmutableArray<Address>? Listen { get; init; }

    /// <summary>The only users that may log in; empty: all.</summary>
    public ImmutableArray<string>? AllowUsers { get; init; }

    /// <summary>The only groups; empty: all.</summary>
    public ImmutableArray<string>? AllowGroups { get; init; }

    /// <summary>How root may log in.</summary>
    public RootLogin? RootLogin { get; init; }

    /// <summary>Whether passwords are taken, in any way.</summary>
    public bool? Passwords { get; init; }

    /// <summary>Whether public keys are taken.</summary>
    public bool? Keys { get; init; }
}
