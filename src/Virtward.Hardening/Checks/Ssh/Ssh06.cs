using System.Collections.Immutable;
using Virtward.Core.Policy;
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

    private static readonly ImmutableArray<SshRule> Rules = [SshRule.Exactly("AddressFamily", "inet", "sshd listens over IPv6, which the policy has switched off")];

    private static Outcome Judge(AuditFacts facts) => facts.Policy.Ipv6 == Ipv6Policy.On
        ? SshJudge.Excuse(facts) ?? Outcome.NotApplicable("the policy does not say that IPv6 is off")
        : SshJudge.Settings(facts, Rules, (_, _, finding) =>
            SshJudge.IsSocketActivated(facts) && SshJudge.Sockets(facts).All(static socket => socket.Address.IsV4) ? null : finding);
}
