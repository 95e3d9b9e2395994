using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Access;

/// <summary>Facts: mandatory access control, accounts, sudo, and audit.</summary>
public sealed class AccessFacts
{
    private AccessFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static AccessFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new AccessFacts();
    }
}
