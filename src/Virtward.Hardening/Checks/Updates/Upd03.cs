using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Package;

namespace Virtward.Hardening.Checks.Updates;

/// <summary>What runs is what is installed.</summary>
public static class Upd03
{
    private const string Reboot = "kernel";

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "UPD-03",
        Severity = Severity.Medium,
        Title = "what runs is what is installed: no reboot is due, no program runs from before its update",
        Why = "An update of QEMU, of the kernel or of a library closes nothing until what runs is started anew: guests keep the QEMU they were started with, for months.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        var findings = new List<Finding>();
        string running = facts.Host.Meta.Kernel;
        ImmutableArray<Evidence> due = [.. RebootDue(facts, running)];
        if (!due.IsEmpty)
        {
            findings.Add(new Finding(Reboot, "a reboot is due", new Remedy("Plan a reboot: move the guests away or shut them down, then restart the host.")
            {
                Steps = ["virsh list", "systemctl reboot"],
                Risk = Risk.Guests,
            })
            { Evidence = due });
        }

        ImmutableArray<string> replaced = facts.Updates.ReplacedPrograms.IsDefault ? [] : facts.Updates.ReplacedPrograms;
        foreach (string program in replaced)
        {
            bool isGuest = program.Contains("qemu", StringComparison.Ordinal);
            findings.Add(new Finding(program, isGuest ? "guests run in a QEMU that was replaced since" : "it runs from before its update", isGuest
                ? Guests() : Restart("the service that runs it"))
            {
                Evidence = [new Evidence(EvidenceKind.Output, "/proc/*/exe", $"{program} (deleted)")],
                Severity = isGuest ? Severity.High : null,
            });
        }

        foreach ((string unit, Evidence evidence) in OldServices(facts))
        {
            findings.Add(new Finding(unit, "it runs with libraries from before their update", Restart(unit)) { Evidence = [evidence] });
        }

        bool byTool = facts.Output(UpdateSources.Needrestart) is not null || facts.Output(UpdateSources.NeedsRestart) is not null;
        string? unseen = facts.Updates.Kernels.IsEmpty && facts.Output(UpdateSources.NeedsReboot) is null ? "which kernels are installed is not known"
            : !facts.Host.Meta.Root ? "it needs root to see what the running programs were started from"
            : facts.Updates.ReplacedPrograms.IsDefault ? "what the running programs were started from is not known"
            : !byTool ? Libraries(facts)
            : null;
        return Outcome.Of(findings, $"the newest kernel runs ({running}), and no program or library was replaced under a running one", unseen);
    }

    private static IEnumerable<Evidence> RebootDue(AuditFacts facts, string running)
    {
        if (facts.Files.Find("/run/reboot-required") is not null)
        {
            string packages = facts.Files.Find("/run/reboot-required.pkgs")?.Text ?? "";
            yield return new Evidence(EvidenceKind.File, "/run/reboot-required",
                string.Join(", ", packages.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Take(8)));
        }

        if (facts.Output(UpdateSources.NeedsReboot) is string told && told.Contains("Reboot is required", StringComparison.Ordinal))
        {
            yield return new Evidence(EvidenceKind.Output, "needs-restarting -r",
                string.Join(", ", told.Split('\n').Select(static line => line.Trim())
                .Where(static line => line.StartsWith("* ", StringComparison.Ordinal)).Select(static line => line[2..]).Take(8)));
        }

        if (facts.Updates.NewerKernel(running) is string newer)
        {
            yield return new Evidence(EvidenceKind.File, $"/boot/vmlinuz-{newer}", $"installed; {running} runs");
        }
    }

    private static IEnumerable<(string, Evidence)> OldServices(AuditFacts facts)
    {
        foreach (string line in (facts.Output(UpdateSources.Needrestart) ?? "").Split('\n')
            .Where(static line => line.StartsWith("NEEDRESTART-SVC:", StringComparison.Ordinal)).Distinct())
        {
            yield return (line["NEEDRESTART-SVC:".Length..].Trim(), new Evidence(EvidenceKind.Output, "needrestart -b -r l", line.Trim()));
        }

        foreach (string line in (facts.Output(UpdateSources.NeedsRestart) ?? "").Split('\n').Select(static line => line.Trim())
            .Where(static line => line.EndsWith(".service", StringComparison.Ordinal) && !line.Contains(' ', StringComparison.Ordinal)).Distinct())
        {
            yield return (line, new Evidence(EvidenceKind.Output, "needs-restarting -s", line));
        }
    }

    private static string Libraries(AuditFacts facts) =>
        $"no program says which processes still use libraries from before their update: {facts.Distribution.Choose("dnf install yum-utils (needs-restarting)", "apt-get install needrestart")}";

    private static Remedy Guests() => new("Give the guests the new QEMU: shut each down and start it (a reboot from inside does not), or migrate it away and back.")
    {
        Steps = ["virsh list", "virsh shutdown GUEST && virsh start GUEST"],
        Risk = Risk.Guests,
    };

    private static Remedy Restart(string unit) => new($"Restart {unit}.")
    {
        Steps = unit.EndsWith(".service", StringComparison.Ordinal) ? [$"systemctl restart {unit}"] : ["systemctl status PID", "systemctl restart UNIT"],
        Risk = Risk.Service,
    };
}
