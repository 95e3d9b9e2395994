using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>services:</c>.</summary>
public static class ServiceSection
{
    /// <summary>Reads all services, in the order of the text.</summary>
    /// <param name="item">The section.</param>
    /// <param name="zones">The zones that it may speak of.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static ImmutableArray<ServicePolicy> Read(YamlItem item, ZoneNames zones, ProblemList problems)
    {
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, "services by name, such as 'https: { from: [internet] }'");
            }

            return [];
        }

        return [.. map.Entries.Where(entry => Values.Name(entry.Key, "service", problems)).Select(entry => ReadService(entry, zones, problems))];
    }

    private static ServicePolicy ReadService(YamlEntry entry, ZoneNames zones, ProblemList problems)
    {
        string name = entry.Key.Text;
        Section section = Section.Open(entry.Value, $"service {name}", problems, "ports", "from", "to", "rate");
        ImmutableArray<PortScope> ports = [.. section.ReadList<ImmutableArray<PortScope>>("ports", [], PortValues.Ports).SelectMany(static one => one)];
        if (section.Find("ports") is null or { IsEmpty: true })
        {
            // "https" says by itself which ports.
            ports = PortValues.OfService(name);
            if (ports.IsEmpty && entry.Value is YamlMap or { IsEmpty: true })
            {
                problems.Add(entry.Key, $"service {name} has no ports, and its name is none that says them", "write 'ports: [8443/tcp]'");
            }
        }

        ImmutableArray<string> from = section.ReadList<string>("from", [], zones.Zone);
        if (section.Find("from") is null or { IsEmpty: true } && entry.Value is YamlMap or { IsEmpty: true })
        {
            problems.Add(entry.Key, $"service {name} does not say who may reach it", "write 'from: [internet]', or the zones that may");
        }

        return new ServicePolicy(name, ports, from)
        {
            To = section.Read("to", ServicePolicy.Host, zones.ZoneOrHost),
            Rate = section.Read<ServiceRate?>("rate", null, RateValues.Rate),
        };
    }
}
