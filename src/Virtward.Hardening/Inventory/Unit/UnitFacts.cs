using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Unit;

/// <summary>Facts: units of systemd, their states, sockets and timers.</summary>
public sealed class UnitFacts
{
    private UnitFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static UnitFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new UnitFacts();
    }
}
