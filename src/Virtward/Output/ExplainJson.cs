using System.Text.Json;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;

namespace Virtward.Output;

/// <summary>Explanations as one JSON document; docs/exposure.md names the fields.</summary>
public static class ExplainJson
{
    /// <summary>Writes the endpoints.</summary>
    public static void Write(Utf8JsonWriter to, IReadOnlyList<ExposureRow> rows, Ruleset ruleset)
    {
        to.WriteStartObject();
        to.WriteStartArray("endpoints");
        foreach (ExposureRow row in rows)
        {
            to.WriteStartObject();
            to.WriteString("name", row.Endpoint.Name);
            to.WriteString("place", ExposureJson.Word(row.Endpoint.Place));
            to.WriteString("port", row.Endpoint.PortText);
            to.WriteString("owner", row.Endpoint.Owner);
            to.WriteStartArray("from");
            foreach (Cell cell in row.Cells)
            {
                Write(to, row.Endpoint, cell, ruleset);
            }

            to.WriteEndArray();
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, Endpoint endpoint, Cell cell, Ruleset ruleset)
    {
        to.WriteStartObject();
        to.WriteString("zone", cell.Zone);
        to.WriteString("concern", ExposureJson.Word(cell.Concern));
        to.WriteString("words", cell.Words);
        if (cell.OpenPorts.Length > 0)
        {
            to.WriteString("open_ports", cell.OpenPorts);
        }

        if (endpoint.Place == EndpointPlace.Network)
        {
            ExposureJson.WriteReached(to, cell);
        }

        to.WriteStartArray("witnesses");
        foreach (Witness witness in cell.Sets.Witnesses)
        {
            to.WriteStartObject();
            to.WriteString("outcome", TraceJson.Word(witness.Outcome));
            to.WritePropertyName("packet");
            PacketJson.Write(to, witness.Packet);
            to.WritePropertyName("trace");
            TraceJson.Write(to, null, witness.Trace);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteStartArray("what_would_close_it");
        foreach (string way in Remedies.For(endpoint, cell, ruleset))
        {
            to.WriteStringValue(way);
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }
}
