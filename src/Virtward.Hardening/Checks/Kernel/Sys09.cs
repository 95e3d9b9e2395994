using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-09.</summary>
public static class Sys09
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-09",
        Severity = Severity.Medium,
        Title = "the kernel hides its addresses and closes the doors that local attacks use",
        Why = "A qemu process that a guest has broken out of is a local attacker: pointers in logs, BPF, perf and ptrace are its tools to get from there to the kernel, and so to all other guests.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        // Debian's and Ubuntu's kernels know 3 and 4; RHEL's stop at 2.
        int perf = facts.Distribution.Choose(2, 3);
        List<SysctlRule> rules =
        [
            SysctlRule.Exactly("kernel.kptr_restrict", 2, "addresses of the kernel are shown") with { Severity = facts.Kernel.Number("kernel.kptr_restrict") == 1 ? Severity.Low : null },
            new("kernel.dmesg_restrict", static value => value >= 1, 1, "everybody may read the kernel's log"),
            new("kernel.perf_event_paranoid", value => value >= perf, perf, "everybody may watch the processor's counters") { Optional = true },
            new("kernel.unprivileged_bpf_disabled", static value => value >= 1, 1, "everybody may load BPF programs into the kernel") { Optional = true },
            SysctlRule.Exactly("net.core.bpf_jit_harden", 2, "programs that are translated in the kernel hold constants of their makers") with { Optional = true, Severity = Severity.Low },
            new("kernel.yama.ptrace_scope", static value => value >= 1, 1, "a process may read and steer all others of the same user, such as one qemu the others") { Optional = true },
            SysctlRule.Exactly("kernel.randomize_va_space", 2, "programs lie at addresses that can be foreseen"),
            new("kernel.sysrq", static value => value is 0 or 4 or 16, 0, "keys on a console may stop or dump the system") { Optional = true, Severity = Severity.Low },
        ];

        // kdump loads its kernel at boot: where memory is reserved for it, the door must stay open until then.
        if (!facts.Kernel.BootLine.Any(static word => word.StartsWith("crashkernel=", StringComparison.Ordinal)))
        {
            rules.Add(SysctlRule.Exactly("kernel.kexec_load_disabled", 1, "root may start another kernel in place of this one, past secure boot") with { Optional = true, Severity = Severity.Low });
        }

        if (!UsesIoUring(facts))
        {
            rules.Add(SysctlRule.Exactly("kernel.io_uring_disabled", 2, "io_uring is open, though no guest's disk uses it") with { Optional = true, Severity = Severity.Low, Risk = Risk.Service });
        }

        return KernelJudge.Settings(facts, [.. rules]);
    }

    private static bool UsesIoUring(AuditFacts facts) =>
        facts.Snapshot.StartingWith(SnapshotNames.Libvirt).Any(static file => file.Value.Contains("io_uring", StringComparison.Ordinal));
}
