using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-06.</summary>
public static class Ssh06
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-06",
        Severity = Severity.Medium,
        Title = "sshd does not listen over IPv6 where IPv6 is off",
        Why = "Where a policy says that a host has no IPv6, nobody watches its IPv6 sockets: a second way in, past rules that were written for IPv4.",
        Judge = Judge,
    };

    // The policy cannot say yet that IPv6 is off; once it can, AddressFamily must be inet then.
    private static Outcome Judge(AuditFacts facts) => SshJudge.Excuse(facts) ?? Outcome.NotApplicable("no policy says that IPv6 is off");
}
