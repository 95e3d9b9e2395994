using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-13: few channels between guests and consoles, and none over the network.</summary>
public static class Lv13
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-13",
        Severity = Severity.Medium,
        Title = "no guest has channels that it does not need, and no serial line or monitor listens on the network",
        Why = "Each channel is code that a guest can speak to, and some reach the administrator's own desk: the shared clipboard hands the guest whatever was copied last, a password perhaps. "
            + "A serial line or monitor over TCP asks nobody who he is.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        List<Finding> findings = [.. Hypervisor.Each(facts, "channels", form => Wrong(form, facts.Profile == Profile.Lab), Remedy, static (guest, finding) => finding with { Severity = Weighed(guest) })];
        HashSet<string> told = [.. findings.Select(static finding => finding.Subject)];
        foreach (IGrouping<string, Listener> group in facts.Host.Listeners.Where(static one => one.Purpose is "serial" or "monitor" or "gdb" && !one.Loopback)
            .GroupBy(static one => one.Guest is null ? $"{one.Protocol} {one.Port}" : $"guest {one.Guest}: channels", StringComparer.Ordinal).Where(group => !told.Contains(group.Key)))
        {
            findings.Add(new Finding(group.Key, $"a qemu's {group.First().Purpose} listens on the network", new Remedy("Start the guest without it, or with a Unix socket in its place.")
            {
                Steps = ["# qemu: unix:PATH,server=on,wait=off in place of tcp:…; libvirt: take -gdb, -monitor, -serial out of <qemu:commandline>"],
                Risk = Risk.Guests,
                Undo = "start it as before",
            })
            {
                Evidence = [.. group.Take(4).Select(static one => new Evidence(EvidenceKind.Socket, one.ToString(), one.Purpose))],
                Severity = Severity.Critical,
            });
        }

        int agents = facts.Hypervisor.Guests.Count(static guest => guest.Forms.Any(static form => form.Lines.Any(static line => line.IsAgent)));
        return Outcome.Of(
            findings, $"no guest has a channel too many; {agents} of {facts.Hypervisor.Guests.Length} have a guest agent, whose commands are filtered inside the guest",
            Hypervisor.Unseen(facts.Hypervisor.GuestsProblem, facts.Snapshot.Text(SnapshotNames.Listeners) is null ? facts.Why(SnapshotNames.Listeners) : null));
    }

    private static IEnumerable<string> Wrong(GuestDefinition form, bool lab)
    {
        foreach (GuestLine line in form.Lines.Where(static line => line.Listens && !Hypervisor.IsLoopback(line.Host)))
        {
            yield return $"its {line.Element} listens at {(line.Host.Length == 0 ? "every address" : line.Host)}, port {line.Port}";
        }

        if (form.Lines.Any(static line => line.Element == "redirdev") && !lab)
        {
            yield return "USB devices of whoever looks at its console can be put into it";
        }

        if (form.Graphics.Any(static console => console.Clipboard) && !lab)
        {
            yield return "its SPICE console shares the clipboard";
        }

        if (form.Graphics.Any(static console => console.FileTransfer) && !lab)
        {
            yield return "its SPICE console takes files";
        }
    }

    private static Severity? Weighed(AuditedGuest guest) =>
        guest.Forms.SelectMany(static form => form.Lines).Any(static line => line.Listens && !Hypervisor.IsLoopback(line.Host)) ? Severity.High : null;

    private static Remedy Remedy(AuditedGuest guest) => Hypervisor.EditGuest(
        guest, "Take the channels out that the guest does not need.",
        "# remove <redirdev …/>; in <graphics type='spice'>: <clipboard copypaste='no'/> <filetransfer enable='no'/>", "# <serial type='pty'/> in place of <serial type='tcp'>",
        "# in the guest, for its agent: /etc/qemu/qemu-ga.conf, [general], block-rpcs=guest-exec,guest-exec-status,guest-file-open,guest-file-write (older agents: blacklist=)");
}
