using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Firewall;

/// <summary>Facts: which firewalls run, how they are loaded at boot, and what their own configuration says.</summary>
public sealed class FirewallFacts
{
    private FirewallFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static FirewallFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new FirewallFacts();
    }
}
