using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-11.</summary>
public static class Fw11
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-11",
        Severity = Severity.Critical,
        Title = "no firewalld zone passes packets between its own interfaces",
        Why = "Zones of firewalld forward between their interfaces unless told otherwise. On a host that forwards for its guests, an uplink and the management interface in one zone "
            + "make the host a router: the Internet reaches the management network through it.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Daemon.Without(facts) is Outcome without)
        {
            return without;
        }

        if (facts.Host.Network.Sysctls.IsEmpty || facts.Zones.Zones.All(static zone => zone.Entries.IsEmpty))
        {
            return Outcome.Unknown("interfaces and sysctls of the host are not known");
        }

        if (!Daemon.Forwards(facts))
        {
            return Outcome.Pass("the host forwards nothing: net.ipv4.ip_forward is 0, and IPv6's too");
        }

        ILookup<string, string> byZone = Daemon.Interfaces(facts);
        string[] guests = [.. facts.Zones.Find(Zone.Guests)?.Entries.Select(static entry => entry.Interface) ?? []];
        var findings = new List<Finding>();
        foreach (FirewalldZone zone in Daemon.Config(facts).Effective.Where(static zone => zone.Forward))
        {
            string[] devices = [.. byZone[zone.Name].Union(zone.Interfaces.Where(device => facts.Host.Network.Interfaces.Any(one => one.Name == device))).Order(StringComparer.Ordinal)];
            int places = devices.Length + zone.Sources.Length;
            // Guests among each other are EXP-10's.
            if (places < 2 || devices.All(guests.Contains))
            {
                continue;
            }

            bool outer = devices.Intersect(Daemon.Outer(facts)).Any();
            findings.Add(new Finding(
                zone.Words, $"the zone {zone.Name} passes packets between {string.Join(", ", devices.Concat(zone.Sources))}{(outer ? ", and one of them leads to the Internet" : "")}",
                Daemon.Change("Forbid it; give the ways that are needed a policy of their own.", zone, "--remove-forward", "--add-forward", Risk.Guests))
            {
                Severity = outer ? null : Severity.High,
                Evidence =
                [
                    Daemon.Evidence(facts, zone, "<forward", "forward: yes"), new Evidence(EvidenceKind.Setting, $"interfaces of zone {zone.Name}", string.Join(' ', devices)),
                    Checks.Evidence.OfSetting("net.ipv4.ip_forward", facts.Host.Network.Sysctls.GetValueOrDefault("net.ipv4.ip_forward", "?")),
                ],
            });
        }

        return Outcome.Of(findings, "no zone that forwards has more than one interface", Daemon.Unseen(facts));
    }
}
