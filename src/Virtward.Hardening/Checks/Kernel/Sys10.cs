using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-10.</summary>
public static class Sys10
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-10",
        Severity = Severity.Medium,
        Title = "links, pipes and files in shared directories cannot be planted, and setuid programs leave no core",
        Why = "In /tmp and /var/tmp a link or a file that somebody put there leads a program of root to write elsewhere. A core of a setuid program holds what it had read as root.",
        Judge = Judge,
    };

    // How many user namespaces there may be is for a policy to say: 0 breaks containers and browsers.
    private static readonly ImmutableArray<SysctlRule> Rules =
    [
        SysctlRule.Exactly("fs.protected_hardlinks", 1, "hard links to others' files can be made"),
        SysctlRule.Exactly("fs.protected_symlinks", 1, "links in shared directories are followed"),
        SysctlRule.Exactly("fs.protected_fifos", 2, "pipes that others made in shared directories are opened as if new") with { Severity = Severity.Low, Optional = true },
        SysctlRule.Exactly("fs.protected_regular", 2, "files that others made in shared directories are opened as if new") with { Severity = Severity.Low, Optional = true },
        SysctlRule.Exactly("fs.suid_dumpable", 0, "setuid programs leave cores"),
    ];

    private static Outcome Judge(AuditFacts facts) => KernelJudge.Settings(facts, Rules);
}
