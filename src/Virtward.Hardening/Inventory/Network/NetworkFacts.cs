using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Network;

/// <summary>Facts: dnsmasq, the resolver, and VPNs.</summary>
public sealed class NetworkFacts
{
    private NetworkFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static NetworkFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new NetworkFacts();
    }
}
