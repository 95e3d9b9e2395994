using System.Collections.Immutable;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-10.</summary>
public static class Exp10
{
    private const int MostBridges = 5;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-10",
        Severity = Severity.High,
        Title = "guests do not reach one another",
        Why = "Guests of one bridge are neighbours: one that was taken scans, forges ARP and answers DHCP for all others, and the host's rules never see it. Guests of different networks "
            + "were put apart on purpose.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (!Reach.Has(facts, Zone.Guests))
        {
            return Outcome.NotApplicable("no guest has a way into this host");
        }

        ILookup<string, ZoneEntry> bridges = facts.Zones.Find(Zone.Guests)!.Entries.ToLookup(static entry => entry.Interface);
        var findings = new List<Finding>();
        List<string> doubts = [];
        foreach (IGrouping<string, ZoneEntry> from in bridges.Take(MostBridges))
        {
            foreach (IGrouping<string, ZoneEntry> to in bridges.Take(MostBridges).Where(other => other.Key != from.Key))
            {
                Apart(facts, from.First(), to, findings, doubts);
            }

            if (facts.Profile != Profile.Lab)
            {
                SameBridge(facts, from.Key, [.. from], findings);
            }
        }

        string seen = bridges.Count == 1 && bridges.First().Count() < 2 ? "there is one guest's device at most" : "guests of different networks do not reach one another, and the ports of each bridge are isolated";
        return Outcome.Of(findings, seen, doubts.Count == 0 ? null : doubts[0]);
    }

    private static void Apart(AuditFacts facts, ZoneEntry from, IGrouping<string, ZoneEntry> to, List<Finding> findings, List<string> doubts)
    {
        var networks = to.Where(static entry => entry.Sources is not null).Aggregate(Virtward.Core.Net.PrefixSet.Empty, static (all, entry) => all.Union(entry.Sources!)).Intersect(Destinations.Routable);
        if (networks.IsEmpty || facts.Exposure.Questions is null)
        {
            return;
        }

        PathAnswer answer = facts.Exposure.Questions.Matrix.Paths.Ask(new PathQuestion([from], new Destination(to.Key, networks, [.. to.Select(static entry => entry.Device).Append(to.Key).Distinct()]) { Interfaces = [to.Key] }));
        if (!answer.Sets.Accepted.IsEmpty || !answer.Sets.Limited.IsEmpty)
        {
            findings.Add(new Finding(
                $"{from.Interface} to {to.Key}", $"guests of {from.Interface} ({answer.Words}) get through to those of {to.Key}: {PathWords.Ports(answer.Ports)}",
                Ways.Remedy(facts, [from.Interface], [to.Key], "Drop what goes from one guests' network to the other."))
            {
                Evidence = [.. RuleEvidence.Of(facts, answer.Sets, $"the guests of {from.Interface}")],
            });
        }
        else if (answer.IsOpen)
        {
            doubts.Add($"whether guests of {from.Interface} get through to those of {to.Key} hangs on a rule that cannot be interpreted");
        }
    }

    // Frames between two ports of a bridge pass only where one of them is not isolated, and no rule of the bridge family drops them.
    private static void SameBridge(AuditFacts facts, string bridge, ImmutableArray<ZoneEntry> entries, List<Finding> findings)
    {
        NetworkInterface[] open =
        [
            .. facts.Host.Network.Interfaces.Where(one => one.Master == bridge && !one.Isolated && entries.Any(entry => entry.Device == one.Name)),
        ];
        if (open.Length < 2)
        {
            return;
        }

        Guest[] guests = [.. facts.Host.Guests.Where(guest => guest.Interfaces.Any(own => open.Any(port => port.Name == own.Target)))];
        (PathAnswer Answer, string Pair)? found = null;
        bool asked = false;
        foreach (Guest one in guests.Take(4))
        {
            foreach (Guest other in guests.Take(4).Where(other => other.Name != one.Name))
            {
                if (found is null && facts.Exposure.Questions?.BetweenGuests(one, other) is PathAnswer answer)
                {
                    asked = true;
                    found = !answer.Sets.Accepted.IsEmpty || !answer.Sets.Limited.IsEmpty ? (answer, $"{one.Name} to {other.Name}") : null;
                }
            }
        }

        // Addresses are not always known; that ports are not isolated is, and a table of the bridge family could only tell with them.
        bool bridgeRules = facts.Exposure.Ruleset!.Tables.Any(static table => !table.Dormant && table.Family == Virtward.Exposure.Rulesets.Family.Bridge && table.Chains.Any(static chain => chain.Base is not null));
        if (found is not null || (!asked && !bridgeRules))
        {
            findings.Add(new Finding(
                $"ports of {bridge}", $"{open.Length} guests' ports of {bridge} are not isolated: their guests reach one another past all rules{(found is null ? "" : $" ({found.Value.Pair}: {PathWords.Ports(found.Value.Answer.Ports)})")}",
                new Remedy("Isolate the ports of guests that need not speak to each other.") { Risk = Risk.Guests, Undo = "virsh define the saved XML; bridge link set dev PORT isolated off" }.With(
                    [.. open.Take(4).Select(static port => $"bridge link set dev {port.Name} isolated on    # at once"), "virsh edit GUEST    # <interface …><port isolated='yes'/></interface>: from the guest's next start"]))
            {
                Severity = Severity.Medium,
                Evidence = [.. open.Take(6).Select(port => new Evidence(EvidenceKind.Setting, $"{port.Name} (port of {bridge})", "isolated off")), .. found is null ? [] : RuleEvidence.Of(facts, found.Value.Answer.Sets, found.Value.Pair)],
            });
        }
    }
}
