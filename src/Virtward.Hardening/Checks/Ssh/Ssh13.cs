using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-13.</summary>
public static class Ssh13
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-13",
        Severity = Severity.Medium,
        Title = "sshd forwards only what administrators need",
        Why = "A tunnel through the hypervisor goes past its firewall into the guests' and the management network. Tunnels from the administrator to a guest's console are wanted; agents, screens, network devices and ports opened here are not.",
        References =
        [
            "CIS RHEL 9 v2.0.0 5.1.10", "CIS RHEL 9 v2.0.0 5.1.21",
            "CIS Debian 12 v1.1.0 5.1.8", "CIS Debian 12 v1.1.0 5.1.21",
            "DISA STIG RHEL 9 RHEL-09-255085", "DISA STIG RHEL 9 RHEL-09-255155",
        ],
        Judge = Judge,
    };

    /// <summary>What must hold. Local forwarding stays: consoles that listen on loopback only are reached by it.</summary>
    internal static readonly ImmutableArray<SshRule> Rules =
    [
        new("AllowTcpForwarding", static value => value is "local" or "no", "local", "clients may open ports on this host that lead to them"),
        SshRule.Exactly("AllowAgentForwarding", "no", "an administrator's agent is lent to this host, whose root may use it"),
        SshRule.Exactly("X11Forwarding", "no", "programs on this host may reach into an administrator's screen"),
        SshRule.Exactly("PermitTunnel", "no", "clients may make network devices here, past the firewall's interfaces"),
        SshRule.Exactly("GatewayPorts", "no", "forwarded ports may be open to other machines"),
        SshRule.Exactly("PermitUserEnvironment", "no", "users may set variables such as LD_PRELOAD before their forced command"),
    ];

    /// <summary>Whether a breach opens nothing, because all forwarding is off.</summary>
    internal static bool IsHarmless(SshView view, SshRule rule) => rule.Keyword != "permituserenvironment" && view.Value("disableforwarding") == "yes";

    private static Outcome Judge(AuditFacts facts) => SshJudge.Settings(facts, Rules, static (view, rule, finding) => IsHarmless(view, rule) ? null : finding);
}
