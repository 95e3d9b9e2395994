using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Guarding;

/// <summary>Facts: Fail2Ban, logs, reports and backups.</summary>
public sealed class GuardingFacts
{
    private GuardingFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static GuardingFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new GuardingFacts();
    }
}
