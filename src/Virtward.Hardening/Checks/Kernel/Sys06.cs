using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-06.</summary>
public static class Sys06
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-06",
        Severity = Severity.Low,
        Title = "the kernel answers no broadcasts, and stands floods of connections",
        Why = "A host that answers pings to everybody helps to flood others. Without SYN cookies a flood of half-open connections shuts the administrator out.",
        Judge = Judge,
    };

    private static readonly ImmutableArray<SysctlRule> Rules =
    [
        SysctlRule.Exactly("net.ipv4.icmp_echo_ignore_broadcasts", 1, "pings to broadcast addresses are answered"),
        SysctlRule.Exactly("net.ipv4.icmp_ignore_bogus_error_responses", 1, "each broken ICMP error is logged, so that others can fill the log") with { Optional = true },
        new("net.ipv4.tcp_syncookies", static value => value is 1 or 2, 1, "a flood of half-open connections fills the table") { Optional = true },
        SysctlRule.Exactly("net.ipv4.tcp_rfc1337", 1, "a stray reset may end a closing connection's wait") with { Optional = true },
    ];

    private static Outcome Judge(AuditFacts facts) => KernelJudge.Settings(facts, Rules);
}
