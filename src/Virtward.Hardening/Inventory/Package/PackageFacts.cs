using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>Facts: packages, repositories, and updates that wait.</summary>
public sealed class PackageFacts
{
    private PackageFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static PackageFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new PackageFacts();
    }
}
