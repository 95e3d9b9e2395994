using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>The addresses that a host depends on, or that depend on it: part of the never-ban list.</summary>
public sealed record NetworkFacts
{
    /// <summary>The host's own addresses, on every interface.</summary>
    public ImmutableSortedSet<Address> Own { get; init; } = [];

    /// <summary>The gateways of all routes in all routing tables.</summary>
    public ImmutableSortedSet<Address> Gateways { get; init; } = [];

    /// <summary>The name servers that are asked, those behind a local stub too.</summary>
    public ImmutableSortedSet<Address> Resolvers { get; init; } = [];

    /// <summary>The peers of SSH sessions that have logged in and still live.</summary>
    public ImmutableSortedSet<Address> Sessions { get; init; } = [];

    /// <summary>What could not be read.</summary>
    public ImmutableArray<Problem> Unread { get; init; } = [];

    /// <summary>All of them.</summary>
    public ImmutableSortedSet<Address> All => Own.Union(Gateways).Union(Resolvers).Union(Sessions);
}
