using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-12: guests on the move are encrypted, and come from peers only.</summary>
public static class Lv12
{
    private const int DefaultFirst = 49152;
    private const int DefaultLast = 49215;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-12",
        Severity = Severity.High,
        Title = "guests migrate encrypted, and the migration ports are open to peers only",
        Why = "A migration carries all of a guest's memory, keys and passwords among it. Without TLS it can be read along on the way, and whoever reaches the ports "
            + "while one comes in can hand the host a guest of his own making.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Exposure.Questions is not { Matrix: var matrix })
        {
            return Outcome.Unknown(facts.Exposure.Problem ?? "the firewall's rules are not known");
        }

        LibvirtConfig qemu = facts.Hypervisor.Qemu;
        (ValueRange ports, LibvirtSetting? range) = Ports(qemu);
        ImmutableArray<Address> own = [.. facts.Host.Network.Interfaces.Where(static one => !one.Loopback).SelectMany(static one => one.Addresses).Select(static one => one.Address).Distinct()];
        if (own.IsEmpty)
        {
            return Outcome.Unknown("the host's addresses are not known");
        }

        var endpoint = new Endpoint(EndpointPlace.Host, new Service("migration", ServiceKind.Migration), ProtocolNames.Tcp, ports) { Addresses = own, Wildcard = true };
        Cell[] open = [.. facts.Zones.Zones.Select(zone => matrix.Ask(endpoint, null, zone)).Where(static cell => cell.Concern != Concern.Closed)];
        List<Finding> findings = [];
        Cell[] strangers = [.. open.Where(static cell => cell.Zone is not (Zone.Management or Zone.Vpn))];
        if (strangers.Length > 0)
        {
            bool now = Listens(facts, ports);
            findings.Add(new Finding("migration ports", $"the ports of migrations ({endpoint.PortText}) are open from {Hypervisor.List(strangers.Select(static cell => cell.Zone))}{(now ? "" : "; no migration listens now: one would be reached as it comes in")}", new Remedy(
                "Open the ports to the peers' addresses only; where nothing migrates, to nobody.")
            {
                Steps = ["# drop them in the firewall but for the peers: virtward audit --only EXP-07 has the rules where something listens", .. range is null ? (ReadOnlySpan<string>)[] : [$"# {range.Path}:{range.Line} names the range"]],
                Risk = Risk.Guests,
                Undo = "take the rule away again",
            })
            {
                Evidence = [.. strangers.Take(6).Select(static cell => new Evidence(EvidenceKind.Rule, $"zone {cell.Zone}", cell.Words))],
                Severity = now ? null : Severity.Medium,
            });
        }

        if (open.Length > 0 && qemu.Problem is null && !qemu.Is("migrate_tls_force", "1"))
        {
            findings.Add(new Finding("migrate_tls_force", "guests may migrate without encryption", Hypervisor.EditConfig(
                facts, qemu.Path, "Refuse migrations without TLS; certificates lie in /etc/pki/qemu.", "migrate_tls_force = 1", "migrate_tls_x509_verify = 1"))
            {
                Evidence = [qemu.Find("migrate_tls_force") is LibvirtSetting force ? Hypervisor.Seen(force) : new Evidence(EvidenceKind.File, qemu.Path, "migrate_tls_force is not set: 0")],
            });
            string address = qemu.Value("migration_address", "0.0.0.0");
            if (Hypervisor.IsWildcard(address))
            {
                findings.Add(new Finding("migration_address", "migrations come in at every address of the host", Hypervisor.EditConfig(
                    facts, qemu.Path, "Let migrations come in at the management address only.", "migration_address = \"MANAGEMENT_ADDRESS\""))
                {
                    Evidence = [qemu.Find("migration_address") is LibvirtSetting set ? Hypervisor.Seen(set) : new Evidence(EvidenceKind.File, qemu.Path, "migration_address is not set: 0.0.0.0")],
                    Severity = Severity.Medium,
                });
            }
        }

        return Outcome.Of(
            findings, open.Length == 0 ? $"nobody reaches the ports of migrations ({endpoint.PortText})" : "only the management network reaches the ports of migrations, and TLS is demanded",
            open.Length > 0 ? qemu.Problem : facts.Host.Missing.FirstOrDefault(static pair => pair.Key is "nft.txt" or "ip-addr.json" or "ip-link.json").Value);
    }

    // A migration that comes in, or a libvirt that takes one over the network by itself (TCP, TLS).
    private static bool Listens(AuditFacts facts, ValueRange ports) => facts.Host.Listeners.Any(listener =>
        listener is { Protocol: "tcp", Loopback: false } && (ports.Contains((UInt128)listener.Port) || listener.Port is 16509 or 16514));

    private static (ValueRange Ports, LibvirtSetting? Setting) Ports(LibvirtConfig qemu)
    {
        LibvirtSetting? first = qemu.Find("migration_port_min");
        LibvirtSetting? last = qemu.Find("migration_port_max");
        int from = ushort.TryParse(first?.Value, out ushort low) && low > 0 ? low : DefaultFirst;
        int to = ushort.TryParse(last?.Value, out ushort high) && high >= from ? high : Math.Max(from, DefaultLast);
        return (new ValueRange((UInt128)from, (UInt128)to), first ?? last);
    }
}
