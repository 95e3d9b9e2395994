using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Package;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-18: guests run the qemu that is installed, and no security update of what runs them waits.</summary>
public static class Lv18
{
    // What runs guests: the emulator, libvirt, and the guests' firmware.
    private static readonly ImmutableArray<string> Parts = ["qemu", "libvirt", "edk2", "ovmf", "seabios", "swtpm", "virtiofsd"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-18",
        Severity = Severity.Medium,
        Title = "every running guest runs the qemu that is installed, and no security update of it waits",
        Why = "An update of qemu mends nothing for guests that run: their processes keep the old program, with its holes, until they are started anew or migrate. Some run for years.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        QemuProcess[] running = [.. facts.Hypervisor.Processes];
        Finding[] findings =
        [
            .. running.Where(static one => one.Replaced == true).Select(static one => new Finding($"guest {one.Guest ?? "without a name"}: qemu", "it runs a qemu that was replaced since", new Remedy(
                "Shut the guest down and start it; a reboot from inside keeps the old qemu.")
            {
                Steps = one.Guest is null ? [] : [$"virsh shutdown {Hypervisor.Quote(one.Guest)}   # wait until it is off", $"virsh start {Hypervisor.Quote(one.Guest)}", "# or move it away and back: virsh migrate --live --tls …"],
                Risk = Risk.Guests,
            })
            {
                Evidence = [Hypervisor.Seen(one, $"{one.Program} (deleted)")],
            }),
            .. Waiting(facts),
        ];
        int blind = running.Count(static one => one.Replaced is null);
        return Outcome.Of(
            findings, $"all {running.Length} running guests run the qemu that is installed, and no security update of it waits",
            Hypervisor.Unseen(facts.Updates.PendingProblem, facts.Hypervisor.ProcessesProblem, blind > 0 ? $"it needs root to see which program {blind} qemu processes run" : null));
    }

    private static IEnumerable<Finding> Waiting(AuditFacts facts)
    {
        PendingUpdate[] waiting = facts.Updates.Security.IsDefault
            ? []
            : [.. facts.Updates.Security.Where(static update => Parts.Any(part => update.Package.StartsWith(part, StringComparison.Ordinal)))];
        if (waiting.Length > 0)
        {
            string packages = string.Join(' ', waiting.Select(static update => update.Package).Distinct().Take(12).Select(Hypervisor.Quote));
            yield return new Finding("security updates", $"security updates of {Hypervisor.List(waiting.Select(static update => update.Package).Distinct())} wait", new Remedy("Install them, then start each guest anew.")
            {
                Steps = [facts.Distribution.Choose($"dnf upgrade --security {packages}", $"apt-get install --only-upgrade {packages}"), "# a guest takes the new qemu when it starts: virsh shutdown GUEST, virsh start GUEST"],
                Risk = Risk.Guests | Risk.Service,
                Undo = facts.Distribution.Choose("dnf history undo last", "apt-get install PACKAGE=OLD_VERSION"),
            })
            {
                Evidence = [.. waiting.Take(6).Select(static update => new Evidence(EvidenceKind.Package, update.Package, update.Text))],
            };
        }
    }
}
