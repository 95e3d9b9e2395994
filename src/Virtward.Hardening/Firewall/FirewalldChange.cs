using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Firewall;

/// <summary>
/// Where firewalld runs, what the policy opens must pass its zones too: their ports, through its own program, at once and for good. Who may use them is for our own rules to say, whose
/// drops are final; so whole zones of firewalld are opened, and nothing of them is closed.
/// </summary>
public static class FirewalldChange
{
    /// <summary>What it is called.</summary>
    public const string Id = "firewall.firewalld";

    private const string Program = "firewall-cmd";

    /// <summary>Makes it; null where firewalld does not run, or lets all of it through already.</summary>
    /// <param name="policy">What the host should be.</param>
    /// <param name="facts">What it is.</param>
    public static Change? Of(HostPolicy policy, AuditFacts facts)
    {
        if (!policy.Firewall.Managed || Daemon.Without(facts) is not null)
        {
            return null;
        }

        ImmutableArray<Step>.Builder now = ImmutableArray.CreateBuilder<Step>();
        ImmutableArray<Step>.Builder lasting = ImmutableArray.CreateBuilder<Step>();
        foreach ((string name, PortScope[] ports) in Needed(policy, facts))
        {
            if (Daemon.Config(facts).Effective.FirstOrDefault(zone => zone.Name == name) is FirewalldZone inForce && Step(inForce, ports, "") is CommandStep step)
            {
                now.Add(step);
            }

            if (Daemon.Config(facts).Find(name) is FirewalldZone stored && Step(stored, ports, "--permanent") is CommandStep kept)
            {
                lasting.Add(kept);
            }
        }

        return now.Count == 0 && lasting.Count == 0 ? null : new Change(Id, "let what the policy opens through firewalld too", "A packet must pass every firewall: what firewalld refuses stays refused, whatever ours accepts.")
        {
            Risk = ChangeRisk.Service,
            Steps = now.ToImmutable(),
            Lasting = lasting.ToImmutable(),
        };
    }

    // The ports of the host that zones may reach, by the firewalld zone that their packets come in by.
    private static IEnumerable<(string Zone, PortScope[] Ports)> Needed(HostPolicy policy, AuditFacts facts)
    {
        ImmutableArray<string> uplinks = FirewallZones.Of(policy.Zones, facts.Host).Uplinks;

        // Whoever a zone's sources do not name is of the Internet as well; but strangers come by the uplinks.
        bool Counts(Zone zone, ZoneEntry entry) => zone.Name != Zone.Internet || uplinks.Any(pattern => FirewallZones.Matches(pattern, entry.Interface));
        return facts.Host.Zones(policy.Zones).Zones.SelectMany(zone => zone.Entries.Where(entry => Counts(zone, entry)).Select(entry => (Name: Meant(policy, facts, entry.Interface), zone.Name)))
            .Distinct().GroupBy(static pair => pair.Item1, static pair => pair.Item2).OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(group => (group.Key, group.SelectMany(zone => Grants.ToHost(policy, facts, zone)).SelectMany(static grant => grant.Ports).Distinct().OrderBy(static scope => scope.Protocol).ThenBy(static scope => scope.From).ToArray()))
            .Where(static pair => pair.Item2.Length > 0);
    }

    // Where the policy moves an interface into another zone (FirewalldZonesChange), its ports have to be open there.
    private static string Meant(HostPolicy policy, AuditFacts facts, string device) =>
        policy.Firewall.FirewalldZones.FirstOrDefault(one => one.Interface == device && Daemon.Config(facts).Find(one.Zone) is not null).Zone ?? Daemon.ZoneOf(facts, device);

    private static CommandStep? Step(FirewalldZone zone, PortScope[] ports, string store)
    {
        // What accepts all that no rule of its own refuses needs no port; libvirt's zone refuses by such a rule.
        bool open = zone.Target == "ACCEPT" && !zone.Rules.Any(static rule => rule.Action is "reject" or "drop");
        PortScope[] missing = open ? [] : [.. ports.Where(scope => !IsOpen(zone, scope))];
        if (missing.Length == 0)
        {
            return null;
        }

        (string Protocol, int From, int To)[] before = [.. zone.Ports.Select(Read).OfType<(string, int, int)>()];
        List<(string Protocol, int From, int To)> after = [.. before];
        foreach (PortScope scope in missing)
        {
            // As firewalld does it: what overlaps becomes one, what only touches does not.
            string protocol = scope.Protocol == Transport.Tcp ? "tcp" : "udp";
            (string Protocol, int From, int To)[] touched = [.. after.Where(one => one.Protocol == protocol && one.From <= scope.To && one.To >= scope.From)];
            after.RemoveAll(touched.Contains);
            after.Add((protocol, touched.Select(static one => one.From).Append(scope.From).Min(), touched.Select(static one => one.To).Append(scope.To).Max()));
        }

        string[] begin = [Program, .. store.Length == 0 ? Array.Empty<string>() : [store], zone.Option];
        string[] lost = [.. before.Where(one => !after.Contains(one)).Select(Text)];
        return new CommandStep(
            $"{(store.Length == 0 ? "" : "stored ")}ports of firewalld's zone {zone.Name}", [.. begin, "--list-ports"],
            string.Join(' ', after.OrderBy(static one => one.Protocol, StringComparer.Ordinal).ThenBy(static one => one.From).Select(Text)),
            [.. missing.Select(scope => ImmutableArray.Create([.. begin, $"--add-port={scope}"]))],
            [.. missing.Select(scope => ImmutableArray.Create([.. begin, $"--remove-port={scope}"])), .. lost.Select(text => ImmutableArray.Create([.. begin, $"--add-port={text}"]))]);
    }

    private static bool IsOpen(FirewalldZone zone, PortScope scope)
    {
        string protocol = scope.Protocol == Transport.Tcp ? "tcp" : "udp";
        return (scope is { Protocol: Transport.Tcp, From: 22, To: 22 } && zone.Services.Contains("ssh"))
            || zone.Ports.Any(text => FirewalldZone.Covers(text, scope.From, protocol) && FirewalldZone.Covers(text, scope.To, protocol));
    }

    private static (string Protocol, int From, int To)? Read(string text)
    {
        string[] parts = text.Split('/');
        string[] ends = parts[0].Split('-');
        return parts.Length == 2 && int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int from) && int.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int to)
            ? (parts[1], from, to) : null;
    }

    private static string Text((string Protocol, int From, int To) ports) =>
        string.Create(CultureInfo.InvariantCulture, $"{ports.From}{(ports.From == ports.To ? "" : $"-{ports.To}")}/{ports.Protocol}");
}
