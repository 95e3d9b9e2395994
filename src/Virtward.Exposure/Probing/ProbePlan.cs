using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Probing;

/// <summary>Which ports of a host are probed, and what is expected of each.</summary>
public static class ProbePlan
{
    /// <summary>The most ports of one run: a probe is a question, not a scan.</summary>
    public const int MaxPorts = 2000;

    // What matters on a KVM host: consoles, management, what guides say to close. Services as ServiceCatalog knows them.
    private static readonly ImmutableArray<int> UsualTcp =
    [
        21, 22, 23, 25, 53, 80, 111, 139, 443, 445, 631, 2049, 2222, 2375, 3128, 3306, 3389, 5355, 5432, 5700, 5701, .. Enumerable.Range(5900, 16),
        6080, 8006, 8080, 8443, 9090, 9100, 10000, 10050, 10809, 16509, 16514, 49152,
    ];

    private static readonly ImmutableArray<int> UsualUdp = [53, 67, 69, 111, 123, 137, 161, 500, 1194, 1900, 4500, 5353, 5355, 51820];

    private static readonly ImmutableArray<string> Sets = ["accepted", "limited", "unproven", "rejected", "dropped"];

    /// <summary>The ports that matter on a KVM host, with nothing expected of them.</summary>
    public static ImmutableArray<ProbeTarget> Usual() =>
    [
        .. UsualTcp.Select(static port => Of(ProtocolNames.Tcp, port, Expected.Unknown)),
        .. UsualUdp.Select(static port => Of(ProtocolNames.Udp, port, Expected.Unknown)),
    ];

    /// <summary>
    /// The endpoints of an exposure at one address, each with what it says of one source; and the usual ports, of which nothing listens as far as it knows.
    /// </summary>
    /// <param name="utf8">The target's <c>virtward exposure --json</c>.</param>
    /// <param name="name">The file's name, for problems.</param>
    /// <param name="zone">The zone that the source stands in.</param>
    /// <param name="target">The address that is probed.</param>
    /// <param name="source">The address that the target sees packets come from.</param>
    public static Result<ImmutableArray<ProbeTarget>> Read(ReadOnlyMemory<byte> utf8, string name, string zone, Address target, Address source)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("endpoints", out JsonElement endpoints) || endpoints.ValueKind != JsonValueKind.Array)
            {
                return new Problem("the file holds no exposure", name, "write it with: virtward exposure --json");
            }

            var found = new Dictionary<(int Protocol, int Port), ProbeTarget>();
            bool zoneSeen = false;
            foreach (JsonElement endpoint in endpoints.EnumerateArray())
            {
                Add(found, document.RootElement, endpoint, zone, target, source, ref zoneSeen);
            }

            if (!zoneSeen)
            {
                return new Problem($"the exposure has no zone '{zone}'", name, $"name one of its zones with --zone: {Zones(document.RootElement)}");
            }

            foreach (ProbeTarget usual in Usual())
            {
                found.TryAdd((usual.Protocol, usual.Port), usual with { Expected = Expected.Closed });
            }

            return found.Values.OrderBy(static one => one.Protocol).ThenBy(static one => one.Port).Take(MaxPorts).ToImmutableArray();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return new Problem("the file holds no exposure", name, "write it with: virtward exposure --json");
        }
    }

    private static void Add(
        Dictionary<(int Protocol, int Port), ProbeTarget> found, JsonElement document, JsonElement endpoint, string zone, Address target, Address source, ref bool zoneSeen)
    {
        foreach (JsonElement cell in endpoint.GetProperty("from").EnumerateArray())
        {
            if (cell.GetProperty("zone").GetString() != zone)
            {
                continue;
            }

            zoneSeen = true;
            if (!endpoint.TryGetProperty("port", out JsonElement port) || !port.TryGetInt32(out int number) || number is < 0 or > 65535
                || !ProtocolNames.TryParse(endpoint.GetProperty("protocol").GetString() ?? "", out int protocol)
                || protocol is not (ProtocolNames.Tcp or ProtocolNames.Udp)
                || !endpoint.GetProperty("addresses").EnumerateArray().Any(one => Address.TryParse(one.GetString(), out Address address) && address == target))
            {
                continue;
            }

            Expected expected = Holds(document, cell, "accepted", source) ? Expected.Open
                : Holds(document, cell, "limited", source) || Holds(document, cell, "unproven", source) ? Expected.Either
                : Expected.Closed;
            // Two rows of one port, a listener and a forward: what either lets in is open.
            if (!found.TryGetValue((protocol, number), out ProbeTarget? known) || known.Expected == Expected.Closed)
            {
                string service = endpoint.GetProperty("service").GetString() ?? "";
                found[(protocol, number)] = new ProbeTarget(protocol, number, service, expected);
            }
        }
    }

    // A large set stands at the end of the document under a name, and one of a cell's sets may be what the others leave.
    private static bool Holds(JsonElement document, JsonElement cell, string set, Address source)
    {
        JsonElement one = cell.GetProperty(set);
        if (one.ValueKind == JsonValueKind.Object)
        {
            return one.TryGetProperty("set", out JsonElement name)
                ? Lists(document.GetProperty("sets").GetProperty(name.GetString()!), source)
                : Lists(cell.GetProperty("asked"), source) && Sets.All(other => other == set || !Holds(document, cell, other, source));
        }

        return Lists(one, source);
    }

    private static bool Lists(JsonElement list, Address source) =>
        list.EnumerateArray().Any(one => Prefix.TryParse(one.GetString(), out Prefix prefix) && prefix.Contains(source));

    private static string Zones(JsonElement root) => root.TryGetProperty("zones", out JsonElement zones) && zones.ValueKind == JsonValueKind.Array
        ? string.Join(", ", zones.EnumerateArray().Take(10).Select(static zone => zone.GetProperty("name").GetString()))
        : "";

    private static ProbeTarget Of(int protocol, int port, Expected expected) =>
        new(protocol, port, ServiceCatalog.Of(protocol, port, "").Name, expected);
}
