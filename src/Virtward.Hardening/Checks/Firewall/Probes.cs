using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>Single packets, computed, not sent: what becomes of answers, of errors, of what no honest sender makes.</summary>
internal static class Probes
{
    /// <summary>SYN and ACK of TCP's flags (RFC 9293), and the two together with FIN that no connection has.</summary>
    public const int Syn = 2, Ack = 16, SynAck = 18, SynFin = 3;

    /// <summary>What becomes of one packet, in a life of its own.</summary>
    public static Trace Send(AuditFacts facts, Packet packet) =>
        new Tracer(facts.Exposure.Ruleset!, facts.Host.Network, new TracerOptions { ListeningTcp = [packet.DestinationPort] }).Trace(packet);

    /// <summary>The ways in that IP sees, each once, those of strangers first: the device, the bridge as which IP sees it, and its zone.</summary>
    public static IEnumerable<(ZoneEntry Entry, string Zone)> Ways(AuditFacts facts) => facts.Zones.Zones
        .OrderBy(static zone => zone.Name != Zone.Internet)
        .SelectMany(static zone => zone.Entries.Select(entry => (Entry: entry, zone.Name)))
        .GroupBy(static one => one.Entry.Interface).Select(static group => group.First());

    /// <summary>The host's own address at a way in, of a family; null: none.</summary>
    public static Address? Own(AuditFacts facts, ZoneEntry entry, bool v4, bool linkLocal = false) => facts.Host.Network.Interfaces
        .Where(one => one.Name == entry.Interface).SelectMany(static one => one.Addresses)
        .Where(address => address.Address.IsV4 == v4 && (v4 || IsLinkLocal(address.Address) == linkLocal)).Select(static address => (Address?)address.Address).FirstOrDefault();

    /// <summary>Somebody whose packets the routes expect at a way in: the gateway where one is, else a neighbour in the host's network there.</summary>
    public static Address? Peer(AuditFacts facts, ZoneEntry entry, bool v4)
    {
        Route? way = facts.Host.Network.Routes.FirstOrDefault(route => route.Device == entry.Interface && route.Destination.Length == 0 && route.Gateway is { } gateway && gateway.IsV4 == v4);
        if (way is not null)
        {
            // Somebody behind the gateway; documentation's networks are nobody's (RFC 5737, RFC 3849).
            return Address.Parse(v4 ? "198.51.100.77" : "2001:db8:ffff::77");
        }

        InterfaceAddress? own = facts.Host.Network.Interfaces.Where(one => one.Name == entry.Interface).SelectMany(static one => one.Addresses)
            .FirstOrDefault(address => address.Address.IsV4 == v4 && !address.Network.IsSingle && !IsLinkLocal(address.Address));
        if (own is null)
        {
            return null;
        }

        Address first = Address.FromValue(own.Network.First.Value + 2);
        return first == own.Address ? Address.FromValue(first.Value + 1) : first;
    }

    /// <summary>A packet that opens a TCP port of the host that somebody reaches: what the matrix found open.</summary>
    public static IEnumerable<(Packet Packet, ExposureRow Row)> Openers(AuditFacts facts) => Reach.Rows(facts)
        .Where(static row => row.Endpoint is { Place: EndpointPlace.Host, Protocol: ProtocolNames.Tcp })
        .SelectMany(static row => row.Cells.SelectMany(static cell => cell.Sets.Witnesses)
            .Where(static witness => witness.Outcome == Virtward.Exposure.Answers.Outcome.Accept).Select(witness => (witness.Packet, row)));

    /// <summary>The rules that decided about a packet, as evidence.</summary>
    public static ImmutableArray<Evidence> Evidence(AuditFacts facts, Packet packet, Trace trace, string what)
    {
        Decision[] said = [.. trace.Why.Where(static decision => decision.Table.Length > 0)];
        string who = $"{what}: {packet.Source} by {packet.Iif} to {packet.Destination}{(packet.DestinationPort > 0 ? $" port {packet.DestinationPort}" : "")}";
        return said.Length == 0
            ? [new Evidence(EvidenceKind.Rule, who, trace.Why.Length > 0 ? trace.Why[^1].Rule : "no rule says anything")]
            : [.. said.TakeLast(2).Select(decision => new Evidence(EvidenceKind.Rule, $"{RuleEvidence.Place(facts, decision)} ({who})", decision.Rule))];
    }

    private static bool IsLinkLocal(Address address) => !address.IsV4 && address.High >> 54 == 0xfe80 >> 6;
}
