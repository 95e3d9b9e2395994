using System.Collections.Immutable;
using System.Globalization;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>services:</c>.</summary>
public static class ServiceSection
{
    private const int MaxRate = 1_000_000;

    // Zones that are there without a word in the policy: the rest, and what is guessed from the host.
    private static readonly ImmutableArray<string> KnownZones = ["internet", "management", "vpn", "guests", "containers"];

    /// <summary>Reads all services, in the order of the text.</summary>
    /// <param name="item">The section.</param>
    /// <param name="zones">The policy's zones.</param>
    /// <param name="problems">Takes the mistakes.</param>
    public static ImmutableArray<ServicePolicy> Read(YamlItem item, ImmutableArray<ZonePolicy> zones, ProblemList problems)
    {
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, "services by name, such as 'https: { from: [internet] }'");
            }

            return [];
        }

        string[] known = [.. zones.Select(static zone => zone.Name).Concat(KnownZones).Distinct()];
        return [.. map.Entries.Where(entry => Values.Name(entry.Key, "service", problems)).Select(entry => ReadService(entry, known, problems))];
    }

    private static ServicePolicy ReadService(YamlEntry entry, string[] zones, ProblemList problems)
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

        ImmutableArray<string> from = section.ReadList<string>("from", [], Zone);
        if (section.Find("from") is null or { IsEmpty: true } && entry.Value is YamlMap or { IsEmpty: true })
        {
            problems.Add(entry.Key, $"service {name} does not say who may reach it", "write 'from: [internet]', or the zones that may");
        }

        return new ServicePolicy(name, ports, from)
        {
            To = section.Read("to", ServicePolicy.Host, ZoneOrHost),
            Rate = section.Read<ServiceRate?>("rate", null, Rate),
        };

        bool Zone(YamlItem item, ProblemList list, out string value) => Known(item, list, zones, out value);

        bool ZoneOrHost(YamlItem item, ProblemList list, out string value) => Known(item, list, [ServicePolicy.Host, .. zones], out value);
    }

    private static bool Known(YamlItem item, ProblemList problems, string[] words, out string value)
    {
        value = item is YamlText text ? text.Text : "";
        if (words.Contains(value))
        {
            return true;
        }

        string? nearest = value.Length == 0 ? null : NearestWord.Find(value, words);
        problems.AddExpected(item, $"one of {string.Join(", ", words)}", nearest is null ? "other zones are named under 'zones:'" : $"did you mean '{nearest}'?");
        return false;
    }

    private static bool Rate(YamlItem item, ProblemList problems, out ServiceRate? value)
    {
        string[] parts = item is YamlText text ? text.Text.Split('/') : [];
        TimeSpan? per = parts.Length != 2 ? null : parts[1] switch
        {
            "second" => TimeSpan.FromSeconds(1),
            "minute" => TimeSpan.FromMinutes(1),
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            _ => null,
        };
        if (per is { } time && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= MaxRate)
        {
            value = new ServiceRate(count, time);
            return true;
        }

        value = null;
        problems.AddExpected(item, "a rate such as 6/minute (second, minute, hour, day)");
        return false;
    }
}
