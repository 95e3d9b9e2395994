using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Where systemd listens for sshd, its socket has ports and addresses; sshd's own do not count.</summary>
internal static class SshSocket
{
    /// <summary>
    /// Whether the socket takes its ports from sshd_config: Ubuntu's generator writes a drop-in for it whenever systemd reads its files again, and the name of that one
    /// ("addresses.conf") goes before any of ours.
    /// </summary>
    public static bool IsGenerated(AuditFacts facts) => facts.Files.In("/run/systemd/generator/ssh.socket.d", "*.conf").Any();

    /// <summary>The drop-in for the socket; none: it is as it should be, or systemd does not listen here.</summary>
    public static ImmutableArray<Step> Steps(AuditFacts facts, HostPolicy policy)
    {
        if (!SshJudge.IsSocketActivated(facts) || IsGenerated(facts) || (policy.Ssh.Ports.IsEmpty && policy.Ssh.Listen.IsEmpty && policy.Ipv6 == Ipv6Policy.On))
        {
            return [];
        }

        string socket = facts.Units.IsActive("sshd.socket") ? "sshd.socket" : "ssh.socket";
        int[] ports = policy.Ssh.Ports.IsEmpty ? [.. SshWanted.PortsNow(facts)] : [.. policy.Ssh.Ports.Select(static port => (int)port)];
        IEnumerable<string> streams = policy.Ssh.Listen.IsEmpty
            ? ports.Select(port => string.Create(CultureInfo.InvariantCulture, $"{(policy.Ipv6 == Ipv6Policy.Off ? "0.0.0.0:" : "")}{port}"))
            : policy.Ssh.Listen.SelectMany(address => ports.Select(port => SshChange.Text(address, port)));
        string path = $"/etc/systemd/system/{socket}.d/00-virtward.conf";

        // An empty line forgets what the unit itself names; FreeBind lets it start before the address is there (systemd.socket(5)).
        string text = ConfigText.Ours("systemd listens for sshd.", ["[Socket]", "ListenStream=", .. streams.Select(static stream => $"ListenStream={stream}"), "FreeBind=yes"]);
        return facts.Files.Find(path)?.Text == text ? [] : [new FileStep(path, text, ConfigText.Public)];
    }
}
