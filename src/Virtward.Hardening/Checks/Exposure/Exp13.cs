using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-13.</summary>
public static class Exp13
{
    private static readonly PrefixSet Everyone4 = PrefixSet.Of(Prefix.Parse("0.0.0.0/0"));
    private static readonly PrefixSet Everyone6 = PrefixSet.Of(Prefix.Parse("::/0"));

    // Of a family: what is less is "some", what is more is "anyone" (the addresses that strangers can have are about 85 % of IPv4, and more than an eighth of IPv6).
    private const double Anyone4 = 0.5;
    private const double Anyone6 = 0.1;

    // More ways into one zone than these are not asked about one by one.
    private const int MostEntries = 8;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-13",
        Severity = Severity.Critical,
        Title = "nobody reaches by IPv6 what is closed for IPv4",
        Why = "Rules that name IPv4 addresses say nothing about IPv6, and libvirt's and Docker's tables are often for IPv4 alone. A service that was closed with care stays open "
            + "to the whole IPv6 Internet, where nobody looks.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        var findings = new List<Finding>();
        int compared = 0;
        foreach (ExposureRow row in Reach.Rows(facts).Where(static row => row.Endpoint.Place == EndpointPlace.Host))
        {
            bool both = row.Endpoint.Addresses.Any(static address => address.IsV4) && row.Endpoint.Addresses.Any(static address => !address.IsV4);
            foreach (Cell cell in both ? row.Cells : [])
            {
                compared++;
                if (Breadth(cell, false) < Breadth(cell, true) || IsWiderSomewhere(facts, row.Endpoint, cell))
                {
                    findings.Add(Finding(facts, row.Endpoint, cell));
                }
            }
        }

        return Outcome.Of(
            Reach.Merged(findings), compared == 0 ? "no service listens by both families" : "every service that listens by both families is at most as open by IPv6 as by IPv4");
    }

    private static Finding Finding(AuditFacts facts, Endpoint endpoint, Cell cell)
    {
        string match = $"meta nfproto ipv6 {(endpoint.Protocol == 17 ? "udp" : "tcp")} dport {endpoint.Ports.First} ct state new drop";
        string[] devices = [.. facts.Zones.Zones.SelectMany(static zone => zone.Entries).Where(entry => cell.By.Contains(entry.Device)).Select(static entry => entry.Interface).Distinct()];
        return new Finding(
            Reach.Subject(endpoint), $"{Reach.Name(endpoint)} is reached from {Reach.Words(cell.Zone)} by IPv6 ({cell.Words}), and not, or by fewer, by IPv4",
            FirewallRemedies.OwnTable(facts, "Say the rule for both families: in a table of the family inet.", "input", -10, $"iifname {FirewallRemedies.Names(devices)} {match}",
                endpoint.Service.Kind == ServiceKind.Ssh ? Risk.Lockout : Risk.Service))
        {
            Severity = cell.Zone == Zone.Internet ? null : Severity.High,
            Evidence = [.. Reach.Sockets(facts, endpoint), .. RuleEvidence.Of(facts, SixOnly(cell.Sets), Reach.Words(cell.Zone))],
        };
    }

    // Over all of a zone's ways in the most open one counts: a port that IPv4 opens by another interface would hide one that only IPv6 opens by this one.
    private static bool IsWiderSomewhere(AuditFacts facts, Endpoint endpoint, Cell cell)
    {
        ZoneEntry[] entries = [.. facts.Zones.Find(cell.Zone)?.Entries.DistinctBy(static entry => entry.Device).Take(MostEntries) ?? []];
        return entries.Length > 1 && Breadth(cell, true) > 0 && entries.Any(entry => IsWider(facts, endpoint, entry));
    }

    private static bool IsWider(AuditFacts facts, Endpoint endpoint, ZoneEntry entry)
    {
        Address[] own = [.. facts.Host.Network.Interfaces.Where(one => one.Name == entry.Interface).SelectMany(static one => one.Addresses).Select(static one => one.Address)
            .Where(endpoint.Addresses.Contains)];

        // Only where both families have an address is there something to compare.
        return own.Any(static address => address.IsV4) && own.Any(static address => !address.IsV4)
            && IsOpen(facts, endpoint, entry, own.First(static address => !address.IsV4)) == true
            && IsOpen(facts, endpoint, entry, own.First(static address => address.IsV4)) == false;
    }

    private static bool? IsOpen(AuditFacts facts, Endpoint endpoint, ZoneEntry entry, Address address)
    {
        PrefixSet all = address.IsV4 ? Everyone4 : Everyone6;
        PrefixSet? from = entry.Sources?.Intersect(all);
        if (from?.IsEmpty == true)
        {
            return null;
        }

        SourceSets sets = facts.Exposure.Ask(new Question(entry.Device, address, endpoint.Protocol, (int)endpoint.Ports.First) { From = from });
        return Share(sets.Accepted, all) + Share(sets.Limited, all) > 0;
    }

    // The example by IPv6 is what shows it.
    private static SourceSets SixOnly(SourceSets sets) =>
        sets.Witnesses.Any(static witness => !witness.Packet.Source.IsV4) ? sets with { Witnesses = [.. sets.Witnesses.OrderBy(static witness => witness.Packet.Source.IsV4)] } : sets;

    private static int Breadth(Cell cell, bool v6)
    {
        if (!Reach.Is(cell))
        {
            return 0;
        }

        PrefixSet all = v6 ? Everyone6 : Everyone4;
        double share = Share(cell.Sets.Accepted, all) + Share(cell.Sets.Limited, all);
        if (share == 0)
        {
            // A zone whose networks are of one family only has nothing to compare.
            return !v6 && Share(cell.Asked, all) == 0 ? 2 : 0;
        }

        return share > (v6 ? Anyone6 : Anyone4) ? 2 : 1;
    }

    private static double Share(PrefixSet set, PrefixSet all) => ExposureEngine.Measure(set, all).InsideShare;
}
