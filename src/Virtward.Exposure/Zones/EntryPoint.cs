using Virtward.Core.Net;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Zones;

/// <summary>A device that packets come in by.</summary>
/// <param name="Port">The device; of a bridge with ports, a port.</param>
/// <param name="Network">The device as IP sees it: of a port its bridge, else the same.</param>
/// <param name="Networks">Whose packets one expects there: its own networks, and where its routes lead, the default route apart.</param>
internal sealed record EntryPoint(NetworkInterface Port, NetworkInterface Network, PrefixSet Networks)
{
    /// <summary>The device's name.</summary>
    public string Device => Port.Name;

    /// <summary>Whether it is a bridge's port.</summary>
    public bool IsPort => !ReferenceEquals(Port, Network);
}
