using System.Globalization;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-17.</summary>
public static class Exp17
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-17",
        Severity = Severity.Medium,
        Title = "systemd listens on networks for SSH only",
        Why = "A socket unit listens although its service does not run: no process shows, and the first connection starts the service. Cockpit, rpcbind and libvirt's TCP socket "
            + "come into being that way, often with a package that somebody else pulled in.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Units.SocketsProblem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        UnitTrigger[] open = [.. facts.Units.Sockets.Where(static socket => IsNetwork(socket.Listen) && !IsSsh(socket))];
        Finding[] findings =
        [
            .. open.GroupBy(static socket => socket.Unit).Select(group => new Finding(
                group.Key, $"systemd listens at {string.Join(", ", group.Select(static socket => socket.Listen).Distinct())} for {group.First().Activates}",
                new Remedy("Turn the socket off, if nobody needs it.") { Risk = Risk.Service, Undo = $"systemctl unmask {group.Key} && systemctl enable --now {group.Key}" }
                    .With($"systemctl disable --now {group.Key}", $"systemctl mask {group.Key}"))
            {
                Evidence = [.. group.Select(static socket => new Evidence(EvidenceKind.Unit, socket.Unit, $"listens at {socket.Listen}"))],
                Severity = group.Key.Contains("-tcp.", StringComparison.Ordinal) ? Severity.Critical : null,
            }),
        ];
        return Outcome.Of(findings, $"of {facts.Units.Sockets.Length} sockets of systemd none listens on a network, SSH's apart");
    }

    private static bool IsSsh(UnitTrigger socket) => socket.Unit is "ssh.socket" or "sshd.socket" || socket.Unit.StartsWith("sshd@", StringComparison.Ordinal);

    /// <summary>Whether it is an address and port that others could reach: not a path, not loopback, not a vsock.</summary>
    internal static bool IsNetwork(string listen)
    {
        int colon = listen.LastIndexOf(':');
        if (listen.StartsWith('/') || listen.StartsWith('@') || listen.StartsWith("vsock", StringComparison.Ordinal))
        {
            return false;
        }

        string port = listen[(colon + 1)..];
        string address = colon < 0 ? "" : listen[..colon].Trim('[', ']', '*');
        int percent = address.IndexOf('%', StringComparison.Ordinal);
        bool loopback = address.StartsWith("127.", StringComparison.Ordinal) || address == "::1" || address == "localhost" || (percent >= 0 && address[(percent + 1)..] == "lo");
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _) && !loopback;
    }
}
