using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Firewall;

/// <summary>What a policy lets zones reach.</summary>
public static class Grants
{
    /// <summary>The ports that sshd is to be reached at: the policy's, else those it listens on, else 22.</summary>
    public static ImmutableArray<ushort> SshPorts(HostPolicy policy, AuditFacts facts)
    {
        if (!policy.Ssh.Ports.IsEmpty)
        {
            return [.. policy.Ssh.Ports.Distinct().Order()];
        }

        ImmutableArray<ushort> live = [.. SshJudge.Sockets(facts).Where(static (Listener socket) => !socket.Loopback && socket.Namespace is null).Select(static socket => (ushort)socket.Port).Distinct().Order()];
        return live.IsEmpty ? [22] : live;
    }

    /// <summary>What a zone may reach of the host itself, SSH first.</summary>
    public static ImmutableArray<Grant> ToHost(HostPolicy policy, AuditFacts facts, string zone)
    {
        Grant[] ssh = policy.Ssh.From.Contains(zone)
            ? [new Grant("ssh", [.. SshPorts(policy, facts).Select(static port => new PortScope(Transport.Tcp, port, port))], policy.Ssh.Rate)] : [];
        return Distinct([.. ssh, .. Services(policy, zone, ServicePolicy.Host)]);
    }

    /// <summary>What a zone may reach behind the host, in another zone; of <see cref="ServicePolicy.Host"/> what the host forwards.</summary>
    public static ImmutableArray<Grant> Through(HostPolicy policy, string zone, string to) => Distinct([.. Services(policy, zone, to)]);

    private static IEnumerable<Grant> Services(HostPolicy policy, string zone, string to) => policy.Services
        .Where(service => service.To == to && service.From.Contains(zone) && !service.Ports.IsEmpty).Select(static service => new Grant(service.Name, service.Ports, service.Rate));

    // What is said twice would be counted twice.
    private static ImmutableArray<Grant> Distinct(IEnumerable<Grant> grants) => [.. grants.DistinctBy(static grant => $"{string.Join(',', grant.Ports)} {grant.Rate}")];
}
