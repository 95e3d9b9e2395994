using System.Collections.Immutable;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>What the checks about firewalld have in common.</summary>
internal static class Daemon
{
    /// <summary>The outcome where firewalld is not what filters here, or nobody knows; null: it is, and its configuration was read.</summary>
    public static Outcome? Without(AuditFacts facts)
    {
        bool live = facts.Exposure.Ruleset?.Tables.Any(static table => table.Name == "firewalld") == true;
        bool? enabled = facts.Units.FilesProblem is null ? facts.Units.IsEnabled("firewalld.service") : null;
        bool? runs = live ? true : facts.Firewall.FirewalldRuns ?? enabled;
        return runs switch
        {
            null => Outcome.Unknown($"whether firewalld runs is not known: {facts.Firewall.Units.Problem}"),
            false => Outcome.NotApplicable("firewalld does not run here"),
            _ when facts.Firewall.Firewalld is null => Outcome.Unknown($"firewalld runs, and its configuration could not be read ({facts.Files.WhyIn("/etc/firewalld") ?? "/etc/firewalld has no zone"})"),
            _ => null,
        };
    }

    /// <summary>The configuration, after <see cref="Without"/> was null.</summary>
    public static FirewalldConfig Config(AuditFacts facts) => facts.Firewall.Firewalld!;

    /// <summary>What could not be seen of it; null: all that counts was.</summary>
    public static string? Unseen(AuditFacts facts)
    {
        FirewalldConfig config = Config(facts);
        return config.RuntimeZones is null ? config.Problem ?? (facts.Firewall.FirewalldRuns == true ? $"what firewalld does now was not told, only what is stored ({config.RuntimeProblem})" : null) : null;
    }

    /// <summary>
    /// The zone that an interface is in: as the daemon tells; else by its stored zones, its connection's zone, and the default zone.
    /// </summary>
    public static string ZoneOf(AuditFacts facts, string device)
    {
        FirewalldConfig config = Config(facts);
        FirewalldZone? holding = config.Effective.FirstOrDefault(zone => zone.Interfaces.Contains(device));
        string? asked = config.RuntimeZones is null ? facts.Firewall.Profiles.FirstOrDefault(profile => profile.Interface == device && profile.Zone.Length > 0)?.Zone : null;
        return asked ?? holding?.Name ?? config.DefaultZone;
    }

    /// <summary>The host's interfaces as IP sees them, loopback apart, by the zone of firewalld that they are in.</summary>
    public static ILookup<string, string> Interfaces(AuditFacts facts) => facts.Zones.Zones.SelectMany(static zone => zone.Entries)
        .Select(static entry => entry.Interface).Distinct().ToLookup(device => ZoneOf(facts, device));

    /// <summary>The interfaces that lead to the Internet.</summary>
    public static ImmutableHashSet<string> Outer(AuditFacts facts) => [.. facts.Zones.Find(Zone.Internet)?.Entries.Select(static entry => entry.Interface) ?? []];

    /// <summary>The zones of firewalld that strangers' packets come into.</summary>
    public static IEnumerable<FirewalldZone> Facing(AuditFacts facts)
    {
        ImmutableHashSet<string> names = [.. Outer(facts).Select(device => ZoneOf(facts, device))];
        return Config(facts).Effective.Where(zone => names.Contains(zone.Name));
    }

    /// <summary>Where a zone stands: its file, or the running daemon; with what it is about.</summary>
    public static Evidence Evidence(AuditFacts facts, FirewalldZone zone, string word, string text)
    {
        string path = zone.Path.Length > 0 ? zone.Path : Config(facts).Zones.Concat(Config(facts).Policies).FirstOrDefault(one => one.Name == zone.Name && one.IsPolicy == zone.IsPolicy)?.Path ?? "";
        if (path.Length > 0 && facts.Files.Find(path) is ConfigFile file)
        {
            int number = 0;
            foreach (string line in file.Lines)
            {
                number++;
                if (line.Contains(word, StringComparison.Ordinal))
                {
                    return Checks.Evidence.OfLine(path, number, line);
                }
            }
        }

        return new Evidence(EvidenceKind.Output, $"firewall-cmd {zone.Option.Replace('=', ' ')} --list-all", text);
    }

    /// <summary>A change of the stored configuration, with its way back.</summary>
    public static Remedy Change(string summary, FirewalldZone zone, string remove, string add, Risk risk) =>
        new Remedy(summary) { Risk = risk, Undo = $"firewall-cmd --permanent {zone.Option} {add} && firewall-cmd --reload" }
            .With($"firewall-cmd --permanent {zone.Option} {remove}", "firewall-cmd --reload");

    /// <summary>Whether packets are passed on at all.</summary>
    public static bool Forwards(AuditFacts facts) => facts.Host.Network.Sysctls
        .Any(static pair => pair.Value.Trim() != "0" && (pair.Key == "net.ipv4.ip_forward" || (pair.Key.StartsWith("net.ipv", StringComparison.Ordinal) && pair.Key.EndsWith(".forwarding", StringComparison.Ordinal))));
}
