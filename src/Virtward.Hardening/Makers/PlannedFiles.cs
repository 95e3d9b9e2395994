using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>A host with files that are still to be written.</summary>
public static class PlannedFiles
{
    /// <summary>The facts as they would be with the files of some steps; what else those do, nobody sees.</summary>
    public static AuditFacts On(AuditFacts facts, IEnumerable<Step> steps) =>
        new(HostFacts.Read(On(facts.Snapshot, steps)), facts.Policy, facts.Profile, facts.Now);

    /// <summary>The same of a snapshot.</summary>
    public static Snapshot On(Snapshot snapshot, IEnumerable<Step> steps)
    {
        foreach (FileStep file in steps.OfType<FileStep>())
        {
            string name = SnapshotNames.OfPath(file.Path);
            snapshot = file.Content is null ? snapshot with { Files = snapshot.Files.Remove(name) } : snapshot.With(name, file.Content);
        }

        return snapshot;
    }
}
