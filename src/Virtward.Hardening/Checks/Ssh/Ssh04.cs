using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-04.</summary>
public static class Ssh04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-04",
        Severity = Severity.High,
        Title = "sshd listens on addresses of the management network and the VPN only",
        Why = "A socket on 0.0.0.0 answers on every address that the host ever gets: the Internet's, and each guest network's. Bound to the management address it stays shut there even while the firewall is reloaded or fails.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        if (facts.Snapshot.Text(SnapshotNames.Listeners) is null)
        {
            return Outcome.Unknown($"the listening sockets are not known: {facts.Why(SnapshotNames.Listeners)}");
        }

        ImmutableArray<Listener> sockets = SshJudge.Sockets(facts);
        if (sockets.IsEmpty)
        {
            return Outcome.Unknown("no socket of sshd was seen");
        }

        ImmutableArray<Address> good = [.. Addresses(facts, Zone.Management).Concat(Addresses(facts, Zone.Vpn)).Distinct()];
        List<Finding> findings = [];
        foreach (Listener socket in sockets.Where(socket => !socket.Loopback && !good.Contains(socket.Address)).DistinctBy(static socket => socket.ToString()))
        {
            bool all = socket.Wildcard && socket.Device is null;
            if (socket.Wildcard && socket.Device is string device && IsGood(facts, device))
            {
                continue;
            }

            string where = all ? $"every {(socket.Address.IsV4 ? "IPv4" : socket.V6Only ? "IPv6" : "")} address of the host".Replace("  ", " ", StringComparison.Ordinal)
                : socket.Wildcard ? $"every address of {socket.Device}" : $"{socket.Address}, which is not of the management network or a VPN";
            findings.Add(new Finding(socket.ToString(), $"sshd listens on {where}", Mend(facts, good, socket.Port))
            {
                Evidence = [new Evidence(EvidenceKind.Socket, socket.ToString(), socket.Unit ?? (socket.Processes is [ListenerProcess first, ..] ? first.Name : "")), .. facts.Ssh.Instances[0].Everybody.Evidence("listenaddress")],
                Severity = facts.Profile == Profile.Lab ? Severity.Low : good.IsEmpty ? Severity.Medium : null,
            });
        }

        return Outcome.Of(findings, $"sshd listens on {string.Join(", ", sockets.Select(static socket => socket.ToString()).Distinct())} only");
    }

    private static Remedy Mend(AuditFacts facts, ImmutableArray<Address> good, int port)
    {
        if (good.IsEmpty)
        {
            return new Remedy("Give the host a management network or a VPN, name it in the policy's zones, and bind sshd to the address there.")
            {
                Steps = ["# a VPN on this host or on a gateway in front (wireguard-tools, openvpn); then its zone and management's in /etc/virtward/policy.yaml: docs/policy.md"],
                Risk = Risk.Lockout,
                Undo = "take the ListenAddress lines out again and restart sshd",
            };
        }

        string unit = SshRemedy.Unit(facts);
        if (SshJudge.IsSocketActivated(facts))
        {
            string socket = facts.Units.IsActive("sshd.socket") ? "sshd.socket" : "ssh.socket";
            return new Remedy("Bind systemd's socket for sshd to the management address; while it listens, sshd's own ListenAddress may not count.")
            {
                Steps =
                [
                    $"# /etc/systemd/system/{socket}.d/00-virtward.conf", "[Socket]", "ListenStream=", .. good.Select(address => $"ListenStream={Text(address, port)}"), "FreeBind=yes",
                    "systemctl daemon-reload", $"systemctl restart {socket}    # from a session that came in by one of these addresses; open a second one to try",
                ],
                Risk = Risk.Lockout,
                Undo = $"rm /etc/systemd/system/{socket}.d/00-virtward.conf; systemctl daemon-reload; systemctl restart {socket}",
            };
        }

        return new Remedy("Bind sshd to the management address, and let it start when that address is there.")
        {
            Steps =
            [
                $"# {SshRemedy.DropIn} (mode 0600); no other file may have a ListenAddress, for all of them count",
                .. good.Select(address => $"ListenAddress {Text(address, port)}"),
                $"# /etc/systemd/system/{unit}.service.d/00-virtward.conf", "[Unit]", "Wants=network-online.target", "After=network-online.target",
                "sshd -t", "systemctl daemon-reload",
                $"systemctl restart {unit}    # from a session that came in by one of these addresses; open a second one to try",
            ],
            Risk = Risk.Lockout,
            Undo = $"take the ListenAddress lines out of {SshRemedy.DropIn}; rm /etc/systemd/system/{unit}.service.d/00-virtward.conf; systemctl daemon-reload; systemctl restart {unit}",
        };
    }

    private static bool IsGood(AuditFacts facts, string device) =>
        new[] { Zone.Management, Zone.Vpn }.Any(name => facts.Zones.Find(name)?.Entries.Any(entry => entry.Interface == device) == true);

    private static IEnumerable<Address> Addresses(AuditFacts facts, string zone)
    {
        HashSet<string> devices = [.. facts.Zones.Find(zone)?.Entries.Select(static entry => entry.Interface) ?? []];
        return facts.Host.Network.Interfaces.Where(one => devices.Contains(one.Name)).SelectMany(static one => one.Addresses)
            .Select(static one => one.Address).Where(static address => address.IsV4 || address.High >> 54 != 0xfe80 >> 6);
    }

    private static string Text(Address address, int port) => string.Create(CultureInfo.InvariantCulture, $"{(address.IsV4 ? address.ToString() : $"[{address}]")}:{port}");
}
