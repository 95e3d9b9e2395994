using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Snapshots;

/// <summary>An interface in another network namespace.</summary>
/// <param name="Name">Its name there.</param>
public sealed record NamespaceInterface(string Name)
{
    /// <summary>What made it: <c>veth</c>, <c>macvlan</c>, <c>ipvlan</c> …; empty for hardware.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The device of the namespace looked at that it hangs on: of a veth the other end, of a macvlan the one below. Null: none.</summary>
    public string? Host { get; init; }

    /// <summary>Its addresses.</summary>
    public ImmutableArray<Address> Addresses { get; init; } = [];
}
