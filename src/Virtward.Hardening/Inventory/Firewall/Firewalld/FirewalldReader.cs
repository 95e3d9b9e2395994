using System.Collections.Immutable;
using System.Xml.Linq;
using Virtward.Core.Results;
using Virtward.Exposure.Facts.Guests;

namespace Virtward.Hardening.Inventory.Firewall.Firewalld;

/// <summary>Reads firewalld's zones and policies: its XML files (firewalld.zone(5), firewalld.policy(5)), and what <c>firewall-cmd --list-all-zones</c> prints.</summary>
internal static class FirewalldReader
{
    /// <summary>A zone's or policy's file; null where it is none.</summary>
    public static FirewalldZone? File(ConfigFile file, bool policy, ICollection<Problem> problems)
    {
        if (SafeXml.Root(file.Path, file.Text, problems, policy ? "policy" : "zone") is not XElement root)
        {
            return null;
        }

        string name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
        name = name.EndsWith(".xml", StringComparison.Ordinal) ? name[..^4] : name;
        return new FirewalldZone(name, policy)
        {
            Path = file.Path,
            Target = Target(root.Get("target") ?? (policy ? "CONTINUE" : "default")),
            Interfaces = Names(root, "interface", "name"),
            Sources = [.. root.Children("source").Select(static source => source.Get("address") ?? source.Get("mac") ?? (source.Get("ipset") is string set ? $"ipset:{set}" : null)).OfType<string>()],
            Services = Names(root, "service", "name"),
            Ports = [.. root.Children("port").Select(FirewalldRule.PortText)],
            SourcePorts = [.. root.Children("source-port").Select(FirewalldRule.PortText)],
            Protocols = Names(root, "protocol", "value"),
            ForwardPorts = [.. root.Children("forward-port").Select(static port =>
                $"port={port.Get("port")}:proto={port.Get("protocol")}:toport={port.Get("to-port")}:toaddr={port.Get("to-addr")}")],
            Rules = [.. root.Children("rule").Select(FirewalldRule.Read)],
            Forward = root.Child("forward") is not null,
            Masquerade = root.Child("masquerade") is not null,
            Ingress = Names(root, "ingress-zone", "name"),
            Egress = Names(root, "egress-zone", "name"),
        };
    }

    /// <summary>What the running daemon lists, zone by zone.</summary>
    public static ImmutableArray<FirewalldZone> Listing(string text, bool policy)
    {
        var zones = ImmutableArray.CreateBuilder<FirewalldZone>();
        FirewalldZone? zone = null;
        string key = "";
        foreach (string line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.Length == 0)
            {
                continue;
            }

            if (!char.IsWhiteSpace(line[0]))
            {
                Keep(zones, zone);
                int mark = line.IndexOf(" (", StringComparison.Ordinal);
                zone = new FirewalldZone(mark < 0 ? line.Trim() : line[..mark].Trim(), policy) { Target = policy ? "CONTINUE" : "default" };
                key = "";
            }
            else if (zone is not null && line.StartsWith('\t'))
            {
                zone = More(zone, key, line.Trim());
            }
            else if (zone is not null && line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                key = line[..colon].Trim();
                zone = With(zone, key, line[(colon + 1)..].Trim());
            }
        }

        Keep(zones, zone);
        return zones.ToImmutable();
    }

    private static void Keep(ImmutableArray<FirewalldZone>.Builder zones, FirewalldZone? zone)
    {
        if (zone is not null && zones.Count < 1000)
        {
            zones.Add(zone);
        }
    }

    private static FirewalldZone With(FirewalldZone zone, string key, string value)
    {
        ImmutableArray<string> words = [.. value.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return key switch
        {
            "target" => zone with { Target = Target(value) },
            "interfaces" => zone with { Interfaces = words },
            "sources" => zone with { Sources = words },
            "services" => zone with { Services = words },
            "ports" => zone with { Ports = words },
            "source-ports" => zone with { SourcePorts = words },
            "protocols" => zone with { Protocols = words },
            "forward" => zone with { Forward = value == "yes" },
            "masquerade" => zone with { Masquerade = value == "yes" },
            "ingress-zones" => zone with { Ingress = words },
            "egress-zones" => zone with { Egress = words },
            _ => zone,
        };
    }

    private static FirewalldZone More(FirewalldZone zone, string key, string line) => key switch
    {
        "forward-ports" => zone with { ForwardPorts = zone.ForwardPorts.Add(line) },
        "rich rules" => zone with { Rules = zone.Rules.Add(FirewalldRule.Parse(line)) },
        _ => zone,
    };

    // The files write %%REJECT%%, the listing too.
    private static string Target(string text) => text.Trim('%', ' ') is { Length: > 0 } target ? target : "default";

    private static ImmutableArray<string> Names(XElement root, string element, string attribute) =>
        [.. root.Children(element).Select(child => child.Get(attribute)).OfType<string>()];
}
