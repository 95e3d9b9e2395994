using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Backups;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Guests;

/// <summary>GST-01: of every guest it is known where it is, who reaches it, and what holds it in.</summary>
public static class Gst01
{
    private const int MostTold = 20;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "GST-01",
        Severity = Severity.Low,
        Title = "of every guest its address, reach, limits, filter and backup are known",
        Why = "What nobody knows of, nobody guards. A guest that runs without a known address was set up past the host, or hides.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        List<Finding> findings = [];
        List<string> told = [];
        bool backups = !BackupMentions.Read(facts).All.IsEmpty;
        foreach (AuditedGuest guest in facts.Hypervisor.Guests)
        {
            Guest? known = facts.Host.Guests.FirstOrDefault(one => one.Name == guest.Name);
            string[] addresses = [.. (known?.Addresses ?? []).Select(static one => one.Address.ToString()).Distinct()];
            // One that is paused answers nobody, and its leases and neighbours run out meanwhile.
            if (guest is { Running: true, Current.Paused: false } && addresses.Length == 0 && !guest.Current.Nics.IsEmpty)
            {
                findings.Add(new Finding($"guest {guest.Name}: address", "it runs, and no address of it is known, so that nobody can say who reaches it", new Remedy(
                    "Give the guest a fixed address in its network, or install the guest agent in it.")
                {
                    Steps = [$"virsh domifaddr {Hypervisor.Quote(guest.Name)} --source arp", "# virsh net-update NETWORK add ip-dhcp-host \"<host mac='…' ip='…'/>\" --live --config"],
                    Undo = "virsh net-update NETWORK delete ip-dhcp-host …",
                })
                {
                    Evidence = [Hypervisor.Seen(guest.Current, $"interfaces {Hypervisor.List(guest.Current.Nics.Select(static nic => $"{nic.Name} in {nic.Place}"))}; no lease, neighbour or agent names an address")],
                });
            }

            told.Add(Tell(facts, guest, addresses, backups));
        }

        return Outcome.Of(
            findings, $"{facts.Hypervisor.Guests.Length} guests: {string.Join("; ", told.Take(MostTold))}{(told.Count > MostTold ? $"; and {told.Count - MostTold} more" : "")}",
            Hypervisor.Unseen(facts.Hypervisor.GuestsProblem, facts.Exposure.Problem));
    }

    private static string Tell(AuditFacts facts, AuditedGuest guest, string[] addresses, bool backups)
    {
        GuestDefinition form = guest.Current;
        string address = addresses.Length > 0 ? Hypervisor.List(addresses, 2) : guest.Running ? "no known address" : "off";
        string where = form.Paused ? $"paused, {address}" : address;
        string[] filters = [.. form.Nics.Select(static nic => nic.Filter).Where(static filter => filter.Length > 0).Distinct()];
        string[] limits =
        [
            .. form.CpuLimited ? (ReadOnlySpan<string>)["CPU"] : [], .. form.MemoryLimited ? (ReadOnlySpan<string>)["memory"] : [], .. form.DisksLimited ? (ReadOnlySpan<string>)["disks"] : [],
            .. form.Nics.Length > 0 && form.Nics.All(static nic => nic.Limited) ? (ReadOnlySpan<string>)["network"] : [],
        ];
        return $"{guest.Name} ({where}) {Reach(facts, guest.Name)}, limits {(limits.Length > 0 ? string.Join(", ", limits) : "none")}, filter {(filters.Length > 0 ? Hypervisor.List(filters, 2) : "none")}, "
            + $"{(facts.Hypervisor.Checkpoints.Any(one => one.Guest == guest.Name) ? "checkpoints of a backup" : backups ? "backup not known" : "no backup seen")}";
    }

    private static string Reach(AuditFacts facts, string guest)
    {
        if (facts.Exposure.Report is not ExposureReport report)
        {
            return "reach not known";
        }

        int at = report.Zones.ToList().FindIndex(static zone => zone.Name == Zone.Internet);
        string[] open = at < 0 ? [] : [.. report.Rows.Where(row => row.Endpoint.Owner == $"guest {guest}" && row.Cells[at].Concern != Concern.Closed).Select(row => row.Cells[at].OpenPorts).Where(static ports => ports.Length > 0)];
        return open.Length > 0 ? $"open to the Internet at {Hypervisor.List(open, 2)}" : "closed to the Internet";
    }
}
