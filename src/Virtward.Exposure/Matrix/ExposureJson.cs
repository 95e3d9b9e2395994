using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Matrix;

/// <summary>Writes the matrix as one JSON document with exact prefixes; docs/exposure.md names the fields.</summary>
public static class ExposureJson
{
    /// <summary>Writes the report.</summary>
    public static void Write(Utf8JsonWriter to, ExposureReport report)
    {
        var pool = new SetPool();
        to.WriteStartObject();
        to.WriteString("host", report.Host);
        to.WriteStartArray("zones");
        foreach (ZoneView zone in report.Zones)
        {
            Write(to, zone);
        }

        to.WriteEndArray();
        to.WriteStartArray("endpoints");
        foreach (ExposureRow row in report.Rows)
        {
            Write(to, row, pool);
        }

        to.WriteEndArray();
        to.WriteStartArray("paths");
        foreach (ExposureRow row in report.Paths)
        {
            WritePath(to, row, pool);
        }

        to.WriteEndArray();
        pool.WriteSets(to);
        Strings(to, "guests", report.Guests);
        if (!report.Gaps.IsEmpty)
        {
            Strings(to, "gaps", [.. report.Gaps.Select(static gap => gap.ToString())]);
        }

        to.WriteStartArray("notes");
        foreach (Problem note in report.Notes)
        {
            to.WriteStringValue(note.ToString());
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>The word for a concern: <c>closed</c>, <c>fine</c>, <c>look</c>, <c>wrong</c>.</summary>
    public static string Word(Concern concern) => concern switch
    {
        Concern.Wrong => "wrong",
        Concern.Look => "look",
        Concern.Fine => "fine",
        _ => "closed",
    };

    /// <summary>The word for a place: <c>host</c>, <c>published</c>, <c>guest</c>, <c>container</c>, <c>network</c>.</summary>
    public static string Word(EndpointPlace place) => place switch
    {
        EndpointPlace.Host => "host",
        EndpointPlace.Published => "published",
        EndpointPlace.Network => "network",
        EndpointPlace.Container => "container",
        _ => "guest",
    };

    private static void Write(Utf8JsonWriter to, ZoneView zone)
    {
        to.WriteStartObject();
        to.WriteString("name", zone.Name);
        Strings(to, "entries", zone.Entries);
        SetPool.List(to, "sources", zone.Sources);
        if (zone.Guess is not null)
        {
            to.WriteString("guess", zone.Guess);
        }

        to.WriteEndObject();
    }

    /// <summary>Writes what somebody reaches of a zone: <c>"ports": [{"protocol","ports":[[first,last]…]}], "destinations": [prefix…]</c>.</summary>
    public static void WriteReached(Utf8JsonWriter to, Cell cell)
    {
        to.WriteStartArray("ports");
        foreach (ProtocolPorts one in cell.Ports)
        {
            to.WriteStartObject();
            to.WriteString("protocol", ProtocolNames.ToText(one.Protocol));
            to.WriteStartArray("ports");
            foreach (ValueRange range in ProtocolNames.HasPorts(one.Protocol) ? one.Ports.Ranges : [])
            {
                to.WriteStartArray();
                to.WriteNumberValue((int)range.First);
                to.WriteNumberValue((int)range.Last);
                to.WriteEndArray();
            }

            to.WriteEndArray();
            to.WriteEndObject();
        }

        to.WriteEndArray();
        SetPool.List(to, "destinations", cell.Sets.Destinations);
    }

    private static void WritePath(Utf8JsonWriter to, ExposureRow row, SetPool pool)
    {
        Destination destination = row.Endpoint.Destination!;
        to.WriteStartObject();
        to.WriteString("place", Word(row.Endpoint.Place));
        to.WriteString("to", destination.Name);
        SetPool.List(to, "networks", destination.Networks);
        Strings(to, "devices", destination.Devices);
        to.WriteString("concern", Word(row.Concern));
        to.WriteStartArray("from");
        foreach (Cell cell in row.Cells)
        {
            Write(to, cell, pool, path: true);
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    /// <summary>Writes <c>port</c>, a number, or <c>ports</c>, the first and the last.</summary>
    public static void Ports(Utf8JsonWriter to, Endpoint endpoint)
    {
        if (endpoint.Ports.IsSingle)
        {
            to.WriteNumber("port", (int)endpoint.Ports.First);
            return;
        }

        to.WriteStartArray("ports");
        to.WriteNumberValue((int)endpoint.Ports.First);
        to.WriteNumberValue((int)endpoint.Ports.Last);
        to.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter to, ExposureRow row, SetPool pool)
    {
        Endpoint endpoint = row.Endpoint;
        to.WriteStartObject();
        to.WriteString("place", Word(endpoint.Place));
        to.WriteString("service", endpoint.Service.Name);
        to.WriteString("protocol", ProtocolNames.ToText(endpoint.Protocol));
        Ports(to, endpoint);
        Strings(to, "addresses", endpoint.Addresses.Select(static address => address.ToString()));
        to.WriteBoolean("wildcard", endpoint.Wildcard);
        if (endpoint.BoundDevice is not null)
        {
            to.WriteString("device", endpoint.BoundDevice);
        }

        to.WriteString("owner", endpoint.Owner);
        if (endpoint.Listener.Length > 0)
        {
            to.WriteString("listener", endpoint.Listener);
        }

        if (!endpoint.Behind.IsEmpty)
        {
            Strings(to, "behind", endpoint.Behind);
        }

        to.WriteString("concern", Word(row.Concern));
        to.WriteStartArray("from");
        foreach (Cell cell in row.Cells)
        {
            Write(to, cell, pool, path: false);
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, Cell cell, SetPool pool, bool path)
    {
        to.WriteStartObject();
        to.WriteString("zone", cell.Zone);
        to.WriteString("concern", Word(cell.Concern));
        to.WriteString("words", cell.Words);
        pool.Write(to, cell.Sets, cell.Asked);
        Strings(to, "by", cell.By);
        if (path)
        {
            WriteReached(to, cell);
        }

        Strings(to, "arrivals", cell.Sets.Arrivals);
        if (cell.OpenPorts.Length > 0)
        {
            to.WriteString("open_ports", cell.OpenPorts);
        }

        if (!cell.Sets.DependsOn.IsEmpty)
        {
            Strings(to, "depends_on", cell.Sets.DependsOn);
        }

        to.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter to, string name, IEnumerable<string> values)
    {
        to.WriteStartArray(name);
        foreach (string value in values)
        {
            to.WriteStringValue(value);
        }

        to.WriteEndArray();
    }
}
