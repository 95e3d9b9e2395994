using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;
using Virtward.Hardening.Makers;

namespace Virtward.Hardening.Firewall;

/// <summary>
/// Ways that firewalld opens of itself and nobody needs: between the interfaces of one zone, and out under the host's own address. Through firewalld, at once and for good. A
/// way that the policy wants, or that guests may hang on, is left.
/// </summary>
public static class FirewalldWaysChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "firewall.firewalld-ways";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Firewall.Managed || Daemon.Without(facts) is not null || Daemon.Config(facts).RuntimeZones is null)
        {
            return MadeChanges.None;
        }

        List<string> notes = [];
        Part forward = Of(facts, Fw11.Check, "forward", static zone => zone.Forward, zone => Needed(facts, policy, zone), notes);
        Part masquerade = Of(facts, Fw13.Check, "masquerade", static zone => zone.Masquerade, zone => Guests(facts, zone), notes);
        ImmutableArray<Step> now = [.. forward.Now, .. masquerade.Now];
        return now.IsEmpty ? MadeChanges.Only(notes) : MadeChanges.Of(
            new Change(Id, "close ways through firewalld that nobody needs", "A zone that passes packets between its interfaces, or translates whoever comes by, makes the host a router for strangers.")
            {
                Checks = [.. forward.Answers ? [Fw11.Check.Id] : Array.Empty<string>(), .. masquerade.Answers ? [Fw13.Check.Id] : Array.Empty<string>()],
                Risk = ChangeRisk.Guests,
                Steps = now,
                Lasting = [.. forward.Lasting, .. masquerade.Lasting],
            }, notes);
    }

    private static Part Of(AuditFacts facts, Check check, string way, Func<FirewalldZone, bool> has, Func<FirewalldZone, string?> needed, List<string> notes)
    {
        FirewalldConfig config = Daemon.Config(facts);
        List<Step> now = [], lasting = [];
        string[] subjects = [.. check.Judge(facts).Findings.Select(static finding => finding.Subject)];
        int answered = 0;
        foreach (FirewalldZone zone in config.Effective.Concat(config.EffectivePolicies).Where(zone => subjects.Contains(zone.Words)))
        {
            if (needed(zone) is string why)
            {
                notes.Add($"{way} of firewalld's {zone.Words} stays: {why} ({check.Id})");
                continue;
            }

            if (has(zone))
            {
                answered++;
                now.Add(Step(zone, way, []));
                if (config.Zones.Concat(config.Policies).Any(stored => stored.Words == zone.Words && has(stored)))
                {
                    lasting.Add(Step(zone, way, ["--permanent"]));
                }
            }
            else
            {
                notes.Add($"{way} of firewalld's {zone.Words} is a rich rule, which somebody wrote: it stays ({check.Id})");
            }
        }

        return new Part(now, lasting, answered > 0 && answered == subjects.Length);
    }

    private static CommandStep Step(FirewalldZone zone, string way, string[] store) => new(
        $"{(store.Length == 0 ? "" : "stored ")}{way} of firewalld's {zone.Words}", ["firewall-cmd", .. store, zone.Option, $"--query-{way}"], "no",
        [["firewall-cmd", .. store, zone.Option, $"--remove-{way}"]], [["firewall-cmd", .. store, zone.Option, $"--add-{way}"]])
    {
        SaysNoByCode = true,
    };

    // Whether the policy has a way between two of a zone's interfaces; guests' ways are never cut.
    private static string? Needed(AuditFacts facts, HostPolicy policy, FirewalldZone zone)
    {
        if (Guests(facts, zone) is string guests)
        {
            return guests;
        }

        string[] zones = [.. facts.Zones.Zones.Where(one => one.Entries.Any(entry => Daemon.ZoneOf(facts, entry.Interface) == zone.Name)).Select(static one => one.Name)];
        return policy.Firewall.Forward.Any(way => zones.Contains(way.From) && way.To.Any(zones.Contains)) || policy.Services.Any(service => zones.Contains(service.To) && service.From.Any(zones.Contains))
            ? "the policy has a way between its interfaces" : null;
    }

    private static string? Guests(AuditFacts facts, FirewalldZone zone)
    {
        string? device = zone.IsPolicy ? null : facts.Zones.Find(Zone.Guests)?.Entries.Select(static entry => entry.Interface).FirstOrDefault(name => Daemon.ZoneOf(facts, name) == zone.Name);
        return device is not null ? $"guests behind {device} may hang on it"
            : zone.IsPolicy && zone.Ingress.Concat(zone.Egress).Any(name => name.StartsWith("libvirt", StringComparison.Ordinal) || name == "ANY") ? "guests may hang on it" : null;
    }

    private sealed record Part(List<Step> Now, List<Step> Lasting, bool Answers);
}
