using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-15.</summary>
public static class Ssh15
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-15",
        Severity = Severity.Low,
        Title = "sshd logs which key came in, and keeps PAM, strict modes and no look-ups of names",
        Why = "After a break-in the log must say which key opened the session. PAM brings limits and the session's own rules; names of clients that sshd looks up are written by whoever owns their address.",
        References =
        [
            "CIS RHEL 9 v2.0.0 5.1.15", "CIS RHEL 9 v2.0.0 5.1.22",
            "CIS Debian 12 v1.1.0 5.1.14", "CIS Debian 12 v1.1.0 5.1.22",
            "DISA STIG RHEL 9 RHEL-09-255030", "DISA STIG RHEL 9 RHEL-09-255050", "DISA STIG RHEL 9 RHEL-09-255160",
        ],
        Judge = Judge,
    };

    internal static readonly ImmutableArray<SshRule> Rules =
    [
        SshRule.Exactly("LogLevel", "verbose", "the log does not say which key was used, or holds more of users' sessions than it should") with { Wanted = "VERBOSE" },
        SshRule.Exactly("UsePAM", "yes", "limits, faillock and the session's rules of PAM do not hold"),
        SshRule.Exactly("StrictModes", "yes", "keys are taken from files that others may write") with { Severity = Severity.Medium },
        SshRule.Exactly("UseDNS", "no", "clients are looked up by names that they choose themselves, and each login waits for it"),
    ];

    private static Outcome Judge(AuditFacts facts) => SshJudge.Settings(facts, Rules);
}
