using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Exposure.Topology;

/// <summary>A route of one of the host's tables.</summary>
/// <param name="Table">The table's number: 255 local, 254 main, 253 default, or one of the administrator's.</param>
/// <param name="Type">What it does.</param>
/// <param name="Destination">To where; the family is its own.</param>
public sealed record Route(int Table, RouteType Type, Prefix Destination)
{
    /// <summary>The device; null where it has none, or several next hops.</summary>
    public string? Device { get; init; }

    /// <summary>The gateway; null: on the link.</summary>
    public Address? Gateway { get; init; }

    /// <summary>The devices of several next hops, of which the kernel picks one a flow; empty where there is one.</summary>
    public ImmutableArray<string> NextHopDevices { get; init; } = [];

    /// <summary>The address that the host's own packets leave with; null: chosen otherwise.</summary>
    public Address? PreferredSource { get; init; }

    /// <summary>For routes by source (IPv6): from where; null: anywhere.</summary>
    public Prefix? Source { get; init; }

    /// <summary>Lower is better among routes of equal length.</summary>
    public uint Metric { get; init; }

    /// <summary>Whether the kernel has taken it out of use, because its device is down (<c>dead</c>, <c>linkdown</c>).</summary>
    public bool Dead { get; init; }
}
