using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>Facts: libvirt's and QEMU's configuration, the guests' definitions, and their processes.</summary>
public sealed class HypervisorFacts
{
    private HypervisorFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static HypervisorFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new HypervisorFacts();
    }
}
