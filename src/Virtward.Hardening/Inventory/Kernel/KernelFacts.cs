using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Kernel;

/// <summary>Facts: sysctls in force, the files that set them, modules, the boot line, and what the processor is prone to.</summary>
public sealed class KernelFacts
{
    private KernelFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static KernelFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new KernelFacts();
    }
}
