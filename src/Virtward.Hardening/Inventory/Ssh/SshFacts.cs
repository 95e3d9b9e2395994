using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>Facts: sshd's configuration in force, where each setting comes from, and the keys.</summary>
public sealed class SshFacts
{
    private SshFacts()
    {
    }

    /// <summary>Reads them; never fails as a whole.</summary>
    public static SshFacts Read(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return new SshFacts();
    }
}
