using Virtward.Core.Net;

namespace Virtward.Exposure.Zones;

/// <summary>A place where packets of a zone come in.</summary>
/// <param name="Device">The interface; where it is a bridge's port, the port.</param>
/// <param name="Interface">The interface as IP sees it: of a port its bridge, else the same.</param>
/// <param name="Sources">Whom packets come from; null: anybody.</param>
/// <param name="Reason">Why it belongs to the zone, a clause that goes on from the device's name.</param>
/// <param name="Guessed">Whether it was guessed from the host, not taken from the policy.</param>
public sealed record ZoneEntry(string Device, string Interface, PrefixSet? Sources, string Reason, bool Guessed)
{
    /// <summary>Where anybody comes in: whom other zones name at the same device, and who is theirs alone.</summary>
    public PrefixSet Others { get; init; } = PrefixSet.Empty;
}
