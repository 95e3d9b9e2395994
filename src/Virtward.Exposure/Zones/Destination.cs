using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Exposure.Zones;

/// <summary>A zone as somewhere to get to: its addresses, and the devices that lead there.</summary>
/// <param name="Name">The zone's name; <see cref="Zone.Host"/> for the host itself.</param>
/// <param name="Networks">Its addresses: where the zone names none, all that a stranger can have, without other zones'.</param>
/// <param name="Devices">Where packets to it arrive: the devices that they leave by, or <c>host</c>.</param>
public sealed record Destination(string Name, PrefixSet Networks, ImmutableArray<string> Devices)
{
    /// <summary>The same devices as rules for IP name them: of a bridge's port the bridge; empty for the host.</summary>
    public ImmutableArray<string> Interfaces { get; init; } = [];
}
