using Virtward.Exposure.Topology;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-07.</summary>
public static class Sys07
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-07",
        Severity = Severity.Medium,
        Title = "each network hears of its own addresses only, and 127/8 stays inside",
        Why = "Linux answers ARP for any of its addresses on any interface: a guest asks virbr0 for the management address, and gets an answer. With route_localnet what listens on 127.0.0.1 only (consoles, agents) can be reached from outside.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (KernelJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        NetworkInterface[] devices = [.. KernelJudge.Interfaces(facts)];
        if (devices.Length == 0)
        {
            return Outcome.Unknown("no interface is known");
        }

        bool manyNetworks = devices.Count(static one => one.Addresses.Any(static address => address.Address.IsV4)) > 1;
        var ignore = new InterfaceRule(facts, false, "arp_ignore");
        var announce = new InterfaceRule(facts, false, "arp_announce");
        var local = new InterfaceRule(facts, false, "route_localnet");
        int? allIgnore = manyNetworks ? ignore.Read("all") : null;
        int? allAnnounce = manyNetworks ? announce.Read("all") : null;
        if (local.Read("all") > 0)
        {
            local.Blame("all");
        }

        foreach (NetworkInterface device in devices)
        {
            if (local.Read(device.Name) > 0)
            {
                local.Blame(device.Name);
            }

            // Of these the larger of both counts. Links without hardware addresses know no ARP.
            if (!manyNetworks || device.LinkType != 1 || !device.Addresses.Any(static address => address.Address.IsV4))
            {
                continue;
            }

            if (ignore.Read(device.Name) is int own && allIgnore is int all && Math.Max(all, own) == 0)
            {
                ignore.Blame(device.Name);
            }

            if (announce.Read(device.Name) is int ownAnnounce && allAnnounce is int allOf && Math.Max(allOf, ownAnnounce) < 2)
            {
                announce.Blame(device.Name);
            }
        }

        Finding?[] findings =
        [
            local.Finding("packets from outside may be sent to 127.0.0.0/8", 0, Risk.Service, Severity.High),
            ignore.Finding("ARP is answered for addresses of other networks", 1, Risk.Service),
            announce.Finding("ARP asks with addresses of other networks", 2, Risk.Service, Severity.Low),
        ];
        return Outcome.Of(findings.OfType<Finding>(), $"127.0.0.0/8 stays inside{(manyNetworks ? ", and ARP stays within each network" : "; there is one network only")}",
            KernelJudge.Join([.. local.Unseen, .. ignore.Unseen, .. announce.Unseen]));
    }
}
