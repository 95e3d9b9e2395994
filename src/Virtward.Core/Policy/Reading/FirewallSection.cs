using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>firewall:</c>.</summary>
public static class FirewallSection
{
    /// <summary>Reads it.</summary>
    /// <param name="item">The section.</param>
    /// <param name="zones">The zones that it may speak of.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static FirewallPolicy Read(YamlItem item, ZoneNames zones, ProblemList problems)
    {
        Section section = Section.Open(item, "firewall", problems, "manage", "ping", "forward", "guest-services", "output", "log", "anti-spoofing", "firewalld");
        var standard = new FirewallPolicy();
        return new FirewallPolicy
        {
            Managed = section.Read("manage", standard.Managed, Values.Flag),
            Ping = section.ReadList("ping", standard.Ping, zones.Zone),
            Forward = section.Find("forward") is { } forward ? Ways(forward, zones, problems) : standard.Forward,
            GuestServices = [.. section.ReadList("guest-services", [standard.GuestServices], PortValues.Ports).SelectMany(static scopes => scopes)],
            Output = Output(section, problems),
            FirewalldZones = section.Find("firewalld") is { } bindings ? Bindings(bindings, problems) : standard.FirewalldZones,
            Log = section.Read("log", standard.Log, Values.Flag),
            AntiSpoofing = section.Read("anti-spoofing", standard.AntiSpoofing, Values.Flag),
        };
    }

    private static ImmutableArray<ForwardWay> Ways(YamlItem item, ZoneNames zones, ProblemList problems)
    {
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, "zones with the zones that they may reach, such as 'guests: [internet]'");
            }

            return [];
        }

        ImmutableArray<ForwardWay>.Builder ways = ImmutableArray.CreateBuilder<ForwardWay>();
        foreach (YamlEntry entry in map.Entries)
        {
            if (!zones.Zone(entry.Key, problems, out string from))
            {
                continue;
            }

            ImmutableArray<YamlItem> items = entry.Value is YamlList list ? list.Items : entry.Value.IsEmpty ? [] : [entry.Value];
            ImmutableArray<string>.Builder to = ImmutableArray.CreateBuilder<string>();
            foreach (YamlItem each in items)
            {
                if (!zones.Zone(each, problems, out string zone))
                {
                    continue;
                }

                if (zone == from)
                {
                    problems.Add(each, $"{zone} forwards to itself: packets within a zone are not this section's to let through",
                        "leave it out; what guests may do among each other is set with their networks");
                }
                else if (to.Contains(zone))
                {
                    problems.Add(each, $"{zone} stands here a second time", "once is enough");
                }
                else
                {
                    to.Add(zone);
                }
            }

            ways.Add(new ForwardWay(from, to.ToImmutable()));
        }

        return ways.ToImmutable();
    }

    private static ImmutableArray<(string Interface, string Zone)> Bindings(YamlItem item, ProblemList problems)
    {
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, "interfaces with firewalld's zones, such as 'eth1: internal'");
            }

            return [];
        }

        ImmutableArray<(string Interface, string Zone)>.Builder bindings = ImmutableArray.CreateBuilder<(string Interface, string Zone)>();
        foreach (YamlEntry entry in map.Entries)
        {
            // firewalld.zone(5): at most 17 letters; both go onto a command line.
            bool isDevice = NetworkValues.Interface(entry.Key, problems, out string device);
            if (entry.Value is not YamlText { Text: { Length: > 0 and <= 17 } zone } || !zone.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || zone[0] == '-')
            {
                problems.AddExpected(entry.Value, "one of firewalld's zones, such as internal", "firewall-cmd --get-zones lists them");
            }
            else if (isDevice)
            {
                bindings.Add((device, zone));
            }
        }

        return bindings.ToImmutable();
    }

    private static ImmutableArray<PortScope>? Output(Section section, ProblemList problems)
    {
        switch (section.Find("output"))
        {
            case null or YamlText { Text: "open" }:
                return null;
            case YamlText { IsEmpty: true } or YamlMap:
                problems.AddExpected(section.Find("output")!, "open, or a list of ports such as [53, 53/udp, 80, 443, 123/udp]");
                return null;
            default:
                return [.. section.ReadList<ImmutableArray<PortScope>>("output", [], PortValues.Ports).SelectMany(static scopes => scopes)];
        }
    }
}
