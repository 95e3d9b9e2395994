using Virtward.Core.Snapshots;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Network;

namespace Virtward.Hardening.Checks.Vpn;

/// <summary>VPN-01: the VPN runs, starts at boot, and was used.</summary>
public static class Vpn01
{
    // Longer without a handshake, and nobody knows whether the only way in still works.
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(30);

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "VPN-01",
        Severity = Severity.High,
        Title = "the VPN runs, starts with the host, and somebody came in by it lately",
        Why = "On an isolated host the VPN is the only way in. One that was only started by hand is gone after the next reboot, and with it every administrator.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        NetworkFacts network = facts.Network;
        string[] wireguard = [.. network.WireguardFiles.Select(static file => Path.GetFileNameWithoutExtension(file.Path)).Concat(network.WireguardInterfaces.Select(static one => one.Name)).Distinct().Order(StringComparer.Ordinal)];
        OpenVpnConfig[] servers = [.. network.OpenVpn.Where(static config => config.IsServer)];
        string? unseen = Libvirt.Hypervisor.Unseen(network.WireguardProblem, network.OpenVpnProblem);
        if (wireguard.Length == 0 && servers.Length == 0)
        {
            return unseen is not null ? Outcome.Unknown(unseen) : NoVpn(facts);
        }

        List<Finding> findings = [];
        foreach (string name in wireguard)
        {
            Wireguard(facts, name, findings);
        }

        foreach (OpenVpnConfig server in servers)
        {
            string name = Path.GetFileNameWithoutExtension(server.Path);
            string unit = server.Path.StartsWith("/etc/openvpn/server/", StringComparison.Ordinal) ? $"openvpn-server@{name}.service" : $"openvpn@{name}.service";
            if (facts.Units.Problem is null && facts.Units.FilesProblem is null && !(facts.Units.IsActive(unit) && Starts(facts, unit)))
            {
                findings.Add(Finding(unit, facts.Units.IsActive(unit) ? $"{unit} runs and does not start with the host" : $"{unit} does not run", unit, new Evidence(EvidenceKind.Unit, unit, facts.Units.Find(unit)?.Told ?? "not there")));
            }
        }

        Closed(facts, findings);
        return Outcome.Of(
            findings, $"{Libvirt.Hypervisor.List([.. wireguard, .. servers.Select(static server => server.Path)])} run and start with the host",
            Libvirt.Hypervisor.Unseen(unseen, facts.Units.Problem, facts.Units.FilesProblem));
    }

    private static Outcome NoVpn(AuditFacts facts)
    {
        if (facts.Host.Network.Interfaces.IsEmpty)
        {
            return Outcome.Unknown(facts.Why(SnapshotNames.Links));
        }

        bool managed = facts.Zones.Find(Zone.Management)?.Entries.IsEmpty == false || facts.Zones.Find(Zone.Vpn)?.Entries.IsEmpty == false;
        return managed || facts.Profile == Profile.Lab
            ? Outcome.NotApplicable("this host runs no VPN of its own; it is reached by the management network")
            : Outcome.Of(
            [
                new Finding("no VPN", "the host has neither a VPN nor a management network: administrators come in from the Internet", new Remedy("Set a VPN up, here or on a gateway in front.")
                {
                    Steps = [facts.Distribution.Install("wireguard-tools"), "wg genkey | (umask 077; tee /etc/wireguard/private.key) | wg pubkey    # then /etc/wireguard/wg0.conf: wg-quick(8)", "systemctl enable --now wg-quick@wg0"],
                    Risk = Risk.Lockout,
                    Undo = "systemctl disable --now wg-quick@wg0",
                })
                {
                    Evidence = [new Evidence(EvidenceKind.Setting, "zones", facts.Zones.Zones.Length == 0 ? "none" : string.Join(", ", facts.Zones.Zones.Select(static zone => zone.Name)))],
                },
            ], "");
    }

    private static void Wireguard(AuditFacts facts, string name, List<Finding> findings)
    {
        NetworkFacts network = facts.Network;
        string unit = $"wg-quick@{name}.service";
        bool up = network.WireguardInterfaces.Any(one => one.Name == name) || facts.Host.Network.Interfaces.Any(one => one.Name == name && one.Kind == "wireguard") || facts.Units.IsActive(unit);

        // systemd-networkd and NetworkManager bring interfaces up by themselves, and have no unit for each.
        bool byFile = network.WireguardFiles.Any(file => Path.GetFileNameWithoutExtension(file.Path) == name);
        if (byFile && facts.Units.FilesProblem is null && facts.Units.Problem is null && !(up && Starts(facts, unit)))
        {
            findings.Add(Finding(name, up ? $"{name} runs and does not start with the host" : $"{name} is configured and does not run", unit, new Evidence(EvidenceKind.Unit, unit, facts.Units.Find(unit)?.Told ?? "not there")));
            return;
        }

        WireguardPeer[] peers = [.. network.Peers.Where(peer => peer.Interface == name && peer.Where == "wg show all dump")];
        if (up && peers.Length > 0 && !peers.Any(peer => peer.Handshake is DateTimeOffset last && facts.Now - last < Fresh))
        {
            DateTimeOffset? latest = peers.Max(static peer => peer.Handshake);
            findings.Add(Finding($"{name}: handshake", latest is null ? $"nobody came in by {name} since it was started" : $"nobody came in by {name} for {(int)(facts.Now - latest.Value).TotalDays} days", unit,
                new Evidence(EvidenceKind.Output, "wg show all dump", latest is null ? $"{name}: {peers.Length} peers, no handshake" : $"{name}: last handshake {latest.Value:yyyy-MM-dd}")) with
            { Severity = Severity.Medium });
        }
        else if (up && peers.Length == 0 && network.WireguardProblem is null)
        {
            findings.Add(Finding($"{name}: peers", $"{name} has no peer: nobody can come in by it", unit, new Evidence(EvidenceKind.Output, "wg show all dump", $"{name}: no peer")) with { Severity = Severity.Medium });
        }
    }

    // The way in must be open, where the Internet's zone is known at all.
    private static void Closed(AuditFacts facts, List<Finding> findings)
    {
        if (facts.Exposure.Report is not ExposureReport report || report.Zones.ToList().FindIndex(static zone => zone.Name == Zone.Internet) is not (>= 0 and var at))
        {
            return;
        }

        foreach (ExposureRow row in report.Rows.Where(row => row.Endpoint.Place == EndpointPlace.Host && row.Endpoint.Service.Kind == ServiceKind.Vpn && row.Cells[at].Concern == Concern.Closed
            && report.Zones.Length > 0 && row.Cells.All(static cell => cell.Concern == Concern.Closed)))
        {
            findings.Add(Finding($"{row.Endpoint.PortText}: closed", $"nobody reaches the VPN's port {row.Endpoint.PortText}", row.Endpoint.Owner, new Evidence(EvidenceKind.Socket, row.Endpoint.PortText, row.Endpoint.Owner)));
        }
    }

    // An instance is enabled by a link of its own, which systemctl lists only once the unit is in memory: the template's state says nothing of it.
    private static bool Starts(AuditFacts facts, string unit) =>
        facts.Units.IsEnabled(unit) || facts.Units.Find(unit)?.FileState is "indirect" or "generated" or "static" || facts.Files.State($"/etc/systemd/system/multi-user.target.wants/{unit}") is not null;

    private static Finding Finding(string subject, string what, string unit, Evidence evidence) => new(subject, what, new Remedy("Start it, have it start with the host, and come in by it once while another way is open.")
    {
        Steps = unit.EndsWith(".service", StringComparison.Ordinal) ? [$"systemctl enable --now {unit}", "# from an administrator's machine: ping the host's VPN address"] : ["# open the port to the Internet; from an administrator's machine: ping the host's VPN address"],
        Risk = Risk.Lockout,
        Undo = unit.EndsWith(".service", StringComparison.Ordinal) ? $"systemctl disable --now {unit}" : "close the port again",
    })
    {
        Evidence = [evidence],
    };
}
