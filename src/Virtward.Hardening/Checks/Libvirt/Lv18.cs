using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-18: guests run the qemu that is installed.</summary>
public static class Lv18
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-18",
        Severity = Severity.Medium,
        Title = "every running guest runs the qemu that is installed",
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
        if (running.Length == 0 && facts.Hypervisor.ProcessesProblem is null)
        {
            return Outcome.Pass("no guest runs");
        }

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
        ];
        int blind = running.Count(static one => one.Replaced is null);
        return Outcome.Of(
            findings, $"all {running.Length} running guests run the qemu that is installed",
            Hypervisor.Unseen(facts.Hypervisor.ProcessesProblem, blind > 0 ? $"it needs root to see which program {blind} qemu processes run" : null));
    }
}
