using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;
using Verdict = Virtward.Exposure.Answers.Outcome;

namespace Virtward.Hardening.Checks.Ipv6;

/// <summary>V6-04.</summary>
public static class V6Check04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "V6-04",
        Severity = Severity.Medium,
        Title = "no guest can pose as a router or a DHCP server of IPv6",
        Why = "One guest that advertises itself as a router gets the other guests' traffic, those that use IPv4 only too: systems prefer IPv6 as soon as somebody offers it.",
        Judge = Judge,
    };

    private const int MaxPorts = 128;
    private const int IcmpV6 = 58;
    private const int Udp = 17;
    private const int RouterAdvertisement = 134;

    // Filters of libvirt that let no IPv6 from a guest through at all: whatever is neither ARP nor IPv4 is dropped.
    private static readonly ImmutableHashSet<string> Closed = ["clean-traffic", "clean-traffic-gateway", "no-other-l2-traffic"];

    /// <summary>Whether a filter of libvirt drops all IPv6 of a guest.</summary>
    internal static bool DropsV6(string? filter) => filter is not null && Closed.Contains(filter);

    private static Outcome Judge(AuditFacts facts)
    {
        if (V6Judge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        string? hidden = V6Judge.Hidden(facts);
        ImmutableArray<(string Device, string Guest, string? Filter)> ports = V6Judge.GuestPorts(facts);
        (NetworkInterface Port, string Guest, string? Filter)[] bridged =
        [
            .. ports.Select(port => (Port: facts.Host.Network.Interfaces.FirstOrDefault(one => one.Name == port.Device), port.Guest, port.Filter))
                .Where(pair => pair.Port?.Master is string master && V6Judge.PortsOf(facts, master).Length > 1).Select(static pair => (pair.Port!, pair.Guest, pair.Filter)),
        ];
        if (bridged.Length == 0)
        {
            return hidden is null ? Outcome.NotApplicable("no running guest shares a bridge with anybody") : Outcome.Unknown(hidden);
        }

        if (facts.Exposure.Ruleset is null)
        {
            return Outcome.Unknown(facts.Exposure.Problem ?? "the firewall's rules are not known");
        }

        var tracer = new Tracer(facts.Exposure.Ruleset, facts.Host.Network);
        List<string> unseen = hidden is null ? [] : [hidden];
        List<Finding> findings = [];
        foreach (IGrouping<string, (NetworkInterface Port, string Guest, string? Filter)> bridge in bridged.Where(static one => !DropsV6(one.Filter)).Take(MaxPorts).GroupBy(static one => one.Port.Master!))
        {
            List<Evidence> evidence = [];
            foreach ((NetworkInterface port, string guest, string? filter) in bridge)
            {
                string[] open = [.. new[] { ("router advertisements", Packet(port.Name, IcmpV6)), ("answers of DHCPv6", Packet(port.Name, Udp)) }
                    .Select(pair => (pair.Item1, tracer.Trace(pair.Item2).Verdict))
                    .Where(pair => Passes(pair.Verdict, guest, unseen)).Select(static pair => pair.Item1)];
                if (open.Length > 0)
                {
                    evidence.Add(new Evidence(EvidenceKind.Guest, guest, $"{string.Join(" and ", open)} from {port.Name} pass {bridge.Key}{(filter is null ? "" : $" (filter {filter})")}"));
                }
            }

            if (evidence.Count > 0)
            {
                findings.Add(Tell(bridge.Key, evidence, facts.Profile == Profile.Lab ? Severity.Low : null));
            }
        }

        return Outcome.Of(findings, $"{bridged.Length} guests' interfaces were tried, and none gets such a packet through", KernelJudge.Join(unseen));
    }

    private static bool Passes(Verdict verdict, string guest, List<string> unseen)
    {
        if (verdict == Verdict.Unproven)
        {
            unseen.Add($"whether such packets of {guest} pass hangs on rules that cannot be interpreted");
        }

        return verdict is Verdict.Accept or Verdict.Limited;
    }

    private static Packet Packet(string port, int protocol) => new()
    {
        Iif = port,
        Source = Address.Parse("fe80::66"),
        Destination = Address.Parse("fe80::99"),
        Protocol = protocol,
        SourcePort = protocol == Udp ? 547 : 0,
        DestinationPort = protocol == Udp ? 546 : 0,
        IcmpType = protocol == IcmpV6 ? RouterAdvertisement : null,
        Ttl = 255,
        Bridged = true,
    };

    private static Finding Tell(string bridge, List<Evidence> evidence, Severity? severity) => new($"bridge {bridge}", $"guests on {bridge} can pose as routers or DHCP servers of IPv6", new Remedy("Drop such packets from guests in the bridge, or give each interface libvirt's filter clean-traffic.")
    {
        Steps =
        [
            "nft add table bridge virtward",
            "nft 'add chain bridge virtward forward { type filter hook forward priority 0; policy accept; }'",
            "nft add rule bridge virtward forward iifname \"vnet*\" icmpv6 type nd-router-advert drop",
            "nft add rule bridge virtward forward iifname \"vnet*\" ether type ip6 udp sport 547 udp dport 546 drop",
            "# or in the guest's XML (virsh edit GUEST), which lets IPv4 through only: <filterref filter='clean-traffic'/> in <interface>, then restart the guest",
        ],
        Risk = Risk.Guests,
        Undo = "nft delete table bridge virtward; virsh define the saved XML",
    }) { Evidence = [.. evidence.Take(20)], Severity = severity };
}
