using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-11.</summary>
public static class Sys11
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-11",
        Severity = Severity.Medium,
        Title = "protocols that nobody uses cannot be loaded into the kernel",
        Why = "Any local process, a broken-out qemu too, makes the kernel load a protocol by opening a socket of it. DCCP, SCTP, RDS and TIPC have had holes that lead to root, and hardly any hypervisor needs them.",
        References =
        [
            "CIS RHEL 9 v2.0.0 3.2.1", "CIS RHEL 9 v2.0.0 3.2.2", "CIS RHEL 9 v2.0.0 3.2.3", "CIS RHEL 9 v2.0.0 3.2.4",
            "CIS Debian 12 v1.1.0 3.2.1", "CIS Debian 12 v1.1.0 3.2.2", "CIS Debian 12 v1.1.0 3.2.3", "CIS Debian 12 v1.1.0 3.2.4",
        ],
        Judge = Judge,
    };

    // File systems and USB storage are for a policy to say; overlay and br_netfilter are containers' own.
    private static readonly ImmutableArray<string> Protocols = ["dccp", "sctp", "rds", "tipc"];

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Kernel.FilesProblem is string problem)
        {
            return Outcome.Unknown($"modules are not known: {problem}");
        }

        ImmutableHashSet<string>? loaded = facts.Kernel.Modules;
        if (loaded is null && facts.Files.Why("/proc/modules") is null && facts.Kernel.BootLine.Length > 0)
        {
            return Outcome.NotApplicable("this kernel loads no modules");
        }

        List<Finding> findings = [];
        List<string> unseen = [];
        List<string> seen = [];
        foreach (string module in Protocols)
        {
            if (loaded?.Contains(module) == true)
            {
                if (facts.Host.Listeners.Any(one => one.Protocol == module))
                {
                    seen.Add($"{module} is in use");
                    continue;
                }

                findings.Add(Tell(module, $"{module} is loaded, and no socket of it listens", [new Evidence(EvidenceKind.Output, "/proc/modules", module)], "rmmod"));
            }
            else if (facts.Kernel.Blocked(module) is (string path, int line, string text))
            {
                seen.Add($"{module} is blocked ({path}:{line}: {text})");
            }
            else
            {
                switch (facts.Kernel.HasNetModule(facts.Host.Meta.Kernel, module))
                {
                    case true:
                        findings.Add(Tell(module, $"{module} is loaded as soon as somebody opens a socket of it", [new Evidence(EvidenceKind.File, $"/usr/lib/modules/{facts.Host.Meta.Kernel}/kernel/net/{module}", "can be loaded; no file of modprobe.d blocks it")], null));
                        break;
                    case false:
                        seen.Add($"this kernel has no {module}");
                        break;
                    default:
                        unseen.Add($"whether this kernel has {module} is not known");
                        break;
                }
            }
        }

        return Outcome.Of(findings, string.Join("; ", seen), KernelJudge.Join(unseen));
    }

    private static Finding Tell(string module, string what, ImmutableArray<Evidence> evidence, string? unload) => new(module, what, new Remedy($"Keep {module} from being loaded.")
    {
        Steps = ["# /etc/modprobe.d/00-virtward.conf", $"install {module} /bin/false", $"blacklist {module}", .. unload is null ? [] : new[] { $"{unload} {module}" }],
        Risk = Risk.Service,
        Undo = $"take the lines of {module} out of /etc/modprobe.d/00-virtward.conf",
    }) { Evidence = evidence };
}
