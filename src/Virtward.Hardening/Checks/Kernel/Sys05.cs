using System.Collections.Immutable;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-05.</summary>
public static class Sys05
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-05",
        Severity = Severity.High,
        Title = "this host forwards packets only where guests, containers or a VPN need it",
        Why = "A host that forwards is a router between the Internet, the management network and the guests, and everything hangs on its forward rules. Without anybody who needs it, it should pass nothing on.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (KernelJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        if (facts.Kernel.Number("net.ipv4.ip_forward") is not int v4)
        {
            return Outcome.Unknown("net.ipv4.ip_forward is not known");
        }

        if (facts.Host.Network.Interfaces.IsEmpty)
        {
            return Outcome.Unknown("no interface is known");
        }

        string? need4 = Need(facts, false);
        string? need6 = Need(facts, true);
        List<Finding> findings = [];
        if (v4 != 0 && need4 is null)
        {
            findings.Add(KernelJudge.Tell(facts, "net.ipv4.ip_forward", "IPv4 is forwarded between all interfaces, though no guest network, container or VPN needs it", ["net.ipv4.ip_forward"], 0, Risk.Guests));
        }

        if (facts.Kernel.Number(true, "all", "forwarding") is 1 && need6 is null)
        {
            findings.Add(KernelJudge.Tell(facts, "net.ipv6.conf.all.forwarding", "IPv6 is forwarded between all interfaces, though no guest network, container or VPN has IPv6", ["net.ipv6.conf.all.forwarding"], 0, Risk.Guests, Severity.Medium));
        }

        // Interfaces that forward although the whole does not.
        var single = new InterfaceRule(facts, false, "forwarding");
        foreach (NetworkInterface device in KernelJudge.Interfaces(facts).Where(device => v4 == 0 && need4 is null && facts.Kernel.Number(false, device.Name, "forwarding") == 1))
        {
            single.Blame(device.Name);
        }

        if (single.Finding("IPv4 from these interfaces is forwarded, though nothing needs it", 0, Risk.Guests) is Finding finding)
        {
            findings.Add(finding);
        }

        return Outcome.Of(findings, v4 == 0 ? "IPv4 is not forwarded" : $"IPv4 is forwarded, which {need4} needs; the forward rules must hold it (FW-03)", Missing(facts));
    }

    private static string? Need(AuditFacts facts, bool v6)
    {
        bool Has(ImmutableArray<InterfaceAddress> addresses) => !v6 || addresses.Any(static one => !one.Address.IsV4 && one.Address.High >> 54 != 0xfe80 >> 6);
        Dictionary<string, NetworkInterface> byName = facts.Host.Network.Interfaces.DistinctBy(static one => one.Name).ToDictionary(static one => one.Name, StringComparer.Ordinal);
        GuestNetwork? network = facts.Host.GuestNetworks.FirstOrDefault(one => one.Active && one.Forward is "nat" or "route" or "open" && Has(one.Addresses));
        if (network is not null)
        {
            return $"the guests' network {network.Name}";
        }

        foreach (string name in new[] { Zone.Guests, Zone.Containers, Zone.Vpn })
        {
            // A bridge that guests share with an uplink needs no routing.
            ZoneEntry? entry = facts.Zones.Find(name)?.Entries.FirstOrDefault(entry => byName.TryGetValue(entry.Interface, out NetworkInterface? device)
                && device.Addresses.Length > 0 && Has(device.Addresses) && !KernelJudge.Of(facts, Zone.Internet).Contains(entry.Interface));
            if (entry is not null)
            {
                return $"the zone {name} ({entry.Interface})";
            }
        }

        return null;
    }

    private static string? Missing(AuditFacts facts)
    {
        string? libvirt = facts.Snapshot.Missing.FirstOrDefault(static pair => pair.Key.StartsWith("libvirt/network", StringComparison.Ordinal)).Value;
        return libvirt is null ? null : $"not all networks of guests are known: {libvirt}";
    }
}
