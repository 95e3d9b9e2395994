using System.Collections.Immutable;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-05.</summary>
public static class Exp05
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-05",
        Severity = Severity.High,
        Title = "names and addresses are given to the host's own guests only",
        Why = "The dnsmasq that serves guests runs on the host. A resolver that the Internet reaches is used to flood others and gives away the guests' names; holes in "
            + "dnsmasq were holes in the host. Guests that do not reach it have no address.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        ImmutableArray<ExposureRow> rows = [.. Reach.Rows(facts).Where(static row => row.Endpoint is { Place: EndpointPlace.Host, Service.Kind: ServiceKind.Dns or ServiceKind.Dhcp } && row.Endpoint.Service.Name != "dhcp-client")];
        string seen = rows.IsEmpty ? "nothing gives out names or addresses on a network" : "names and addresses are given to nobody but guests";
        Outcome outcome = Reach.Judge(facts, rows, seen, null, static _ => null, Zone.Internet);
        Outcome inside = Reach.Judge(
            facts, rows.Where(static row => IsDnsmasq(row.Endpoint) && !Reach.From(row, Zone.Internet)), seen, null, static _ => Severity.Medium, Zone.Management);
        Finding[] starved = [.. facts.Host.GuestNetworks.Where(static network => network is { Active: true, Dhcp: true, Bridge: not null }).Select(network => Starved(facts, network, rows)).OfType<Finding>()];
        string unseen = string.Join("; ", new[] { outcome, inside }.Select(static one => one.Status == Status.Unknown ? one.Reason : one.Unseen).Where(static text => text.Length > 0).Distinct());
        return Outcome.Of([.. outcome.Findings, .. inside.Findings, .. starved], seen, unseen);
    }

    private static bool IsDnsmasq(Endpoint endpoint) => endpoint.Owner.StartsWith("dnsmasq", StringComparison.Ordinal) || endpoint.Service.Name.StartsWith("dnsmasq", StringComparison.Ordinal);

    // It listens on the guests' bridge, and nobody there gets through to it.
    private static Finding? Starved(AuditFacts facts, GuestNetwork network, ImmutableArray<ExposureRow> rows)
    {
        ExposureRow? dhcp = rows.FirstOrDefault(row => row.Endpoint.Protocol == 17 && row.Endpoint.Ports.First == 67 && (row.Endpoint.BoundDevice ?? network.Bridge) == network.Bridge);
        bool present = facts.Zones.Find(Zone.Guests)?.Entries.Any(entry => entry.Interface == network.Bridge) == true;
        if (dhcp is null || !present || Reach.Cell(dhcp, Zone.Guests) is not Cell cell || cell.Concern != Concern.Closed)
        {
            return null;
        }

        return new Finding(
            $"network {network.Name}", $"guests of the network {network.Name} do not reach its DHCP server: they get no address",
            new Remedy($"Let DHCP and DNS in from {network.Bridge}.") { Risk = Risk.None, Undo = "remove the rule again" }.With(facts.Firewall switch
            {
                { FirewalldRuns: true } => $"firewall-cmd --permanent --zone=libvirt --add-service=dhcp --add-service=dhcpv6 --add-service=dns && firewall-cmd --reload    # {network.Bridge} belongs in the zone libvirt",
                { Ufw.Enabled: true } => $"ufw allow in on {network.Bridge} to any port 67 proto udp && ufw allow in on {network.Bridge} to any port 53",
                _ => $"nft insert rule FAMILY TABLE CHAIN iifname \"{network.Bridge}\" udp dport {{ 53, 67 }} accept    # in the chain that drops it",
            }))
        {
            Severity = Severity.Medium,
            Evidence = [.. Reach.Sockets(facts, dhcp.Endpoint), new Evidence(EvidenceKind.Rule, "the guests", $"reach it: {cell.Words}")],
        };
    }
}
