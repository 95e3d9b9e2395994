using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>zones:</c>.</summary>
public static class ZoneSection
{
    private const string Internet = "internet";

    /// <summary>Reads all zones, in the order of the text.</summary>
    public static ImmutableArray<ZonePolicy> Read(YamlItem item, ProblemList problems)
    {
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, "zones by name, such as 'management: { interfaces: [eth1] }'");
            }

            return [];
        }

        List<(ZonePolicy Zone, Section Keys)> zones = [.. map.Entries.Where(entry => Values.Name(entry.Key, "zone", problems)).Select(entry => ReadZone(entry, problems))];
        ZoneClashes.Check(zones, problems);
        return [.. zones.Select(static one => one.Zone)];
    }

    private static (ZonePolicy Zone, Section Keys) ReadZone(YamlEntry entry, ProblemList problems)
    {
        string name = entry.Key.Text;
        if (name == ServicePolicy.Host)
        {
            problems.Add(entry.Key, "no zone can be called host: that is the host itself", "choose another name");
        }

        Section section = Section.Open(entry.Value, $"zone {name}", problems, "interfaces", "sources");
        ImmutableArray<string> interfaces = section.ReadList<string>("interfaces", [], NetworkValues.Interface);

        // Only the Internet may be everybody: the other zones are trusted with something.
        ImmutableArray<Prefix> sources = section.ReadList<Prefix>("sources", [],
            name == Internet ? NetworkValues.Network : NetworkValues.TrustedNetwork);
        bool saysNothing = section.Find("interfaces") is null or { IsEmpty: true } && section.Find("sources") is null or { IsEmpty: true };
        if (saysNothing && name != Internet && entry.Value is YamlMap or { IsEmpty: true })
        {
            problems.Add(entry.Key, $"zone {name} has neither interfaces nor sources",
                "write 'interfaces: [eth1]' or 'sources: [192.168.1.0/24]'");
        }

        return (new ZonePolicy(name, interfaces, sources), section);
    }
}
