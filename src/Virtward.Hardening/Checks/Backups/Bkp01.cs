using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Backups;

/// <summary>BKP-01: every guest has a backup elsewhere that was brought back once.</summary>
public static class Bkp01
{
    // The policy has no section for backups yet: two days is a night that failed, and was seen the next.
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(2);

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BKP-01",
        Severity = Severity.High,
        Title = "every guest has a fresh backup of its disks off the host, and a restore was tried",
        Why = "What an attacker encrypts, and what a disk takes with it, only a copy elsewhere brings back; and a copy that was never restored is a hope. The guests' XML alone, which many scripts copy, holds no data.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Libvirt.Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        BackupMentions mentions = BackupMentions.Read(facts);
        ILookup<string, GuestSnapshot> checkpoints = facts.Hypervisor.Checkpoints.ToLookup(static one => one.Guest, StringComparer.Ordinal);
        List<Finding> findings = [];
        foreach (AuditedGuest guest in facts.Hypervisor.Guests.Where(guest => checkpoints[guest.Name].Any()))
        {
            GuestSnapshot last = checkpoints[guest.Name].MaxBy(static one => one.Created)!;
            if (facts.Now - last.Created > Oldest)
            {
                findings.Add(new Finding($"guest {guest.Name}: backup", $"its last incremental backup is {(int)(facts.Now - last.Created).TotalDays} days old", new Remedy("Find out why the backup stopped, and run it.").With("journalctl -b --no-pager | grep -i backup", "virtnbdbackup -d NAME -l inc -o TARGET"))
                {
                    Evidence = [new Evidence(EvidenceKind.Guest, guest.Name, $"checkpoint {last.Name} of {last.Created:yyyy-MM-dd HH:mm}")],
                });
            }
        }

        if (mentions.All.IsEmpty && facts.Hypervisor.Checkpoints.IsEmpty)
        {
            if (mentions.Problem is string why)
            {
                return Outcome.Unknown(why);
            }

            findings.Add(new Finding("backups", $"no program that backs up {(facts.Hypervisor.Guests.Length == 1 ? "the guest" : $"{facts.Hypervisor.Guests.Length} guests")} is set to run here", new Remedy(
                "Back the guests' disks up to another machine each night, and bring one back each month. Where that is done from outside, waive this check and name the place.")
            {
                Steps = [facts.Distribution.InstallFromEpel("restic"), "# virtnbdbackup takes running guests incrementally; restic keeps the result encrypted elsewhere", "# a timer for both, and a restore into a network that leads nowhere"],
            })
            {
                Evidence = [new Evidence(EvidenceKind.Output, "schedules and units", $"none names {string.Join(", ", HypervisorSources.BackupPrograms.Take(6))} …")],
            });
        }

        return Outcome.Of(
            findings, "",
            Libvirt.Hypervisor.Unseen(facts.Hypervisor.GuestsProblem, findings.Count > 0 && mentions.All.IsEmpty ? null
                : $"{Libvirt.Hypervisor.List(mentions.Programs.DefaultIfEmpty("something that leaves checkpoints"))} runs here; which guests it takes, where to, and whether a restore was tried, cannot be seen on this host"));
    }
}
