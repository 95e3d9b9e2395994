using System.Text.Json;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Answers;

/// <summary>Writes traces in their JSON form; docs/exposure.md names the fields.</summary>
public static class TraceJson
{
    /// <summary>Writes one trace as one object.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="id">The packet's id as JSON text; null: none is written.</param>
    /// <param name="trace">The trace.</param>
    public static void Write(Utf8JsonWriter to, string? id, Trace trace)
    {
        to.WriteStartObject();
        if (id is not null)
        {
            to.WritePropertyName("id");
            to.WriteRawValue(id);
        }

        to.WriteString("verdict", Word(trace.Verdict));
        if (trace.To is not null)
        {
            to.WriteString("to", trace.To);
        }

        if (trace.Source is { } source)
        {
            to.WriteString("saddr", source.ToString());
        }

        if (trace.Destination is { } destination)
        {
            to.WriteString("daddr", destination.ToString());
        }

        if (trace.Destination is not null)
        {
            to.WriteNumber("sport", trace.SourcePort);
            to.WriteNumber("dport", trace.DestinationPort);
        }

        if (trace.With is not null)
        {
            to.WriteString("with", trace.With);
        }

        if (!trace.AcceptedIndex.IsEmpty || trace.Verdict == Outcome.Limited)
        {
            to.WriteStartArray("accepted_index");
            foreach (int index in trace.AcceptedIndex)
            {
                to.WriteNumberValue(index);
            }

            to.WriteEndArray();
        }

        to.WriteStartArray("why");
        foreach (Decision decision in trace.Why)
        {
            Write(to, decision);
        }

        to.WriteEndArray();
        if (!trace.DependsOn.IsEmpty)
        {
            to.WriteStartArray("depends_on");
            foreach (string condition in trace.DependsOn)
            {
                to.WriteStringValue(condition);
            }

            to.WriteEndArray();
        }

        to.WriteEndObject();
    }

    /// <summary>The word for an outcome: <c>accept</c>, <c>limited</c>, <c>unproven</c>, <c>reject</c>, <c>drop</c>.</summary>
    public static string Word(Outcome outcome) => outcome switch
    {
        Outcome.Accept => "accept",
        Outcome.Limited => "limited",
        Outcome.Unproven => "unproven",
        Outcome.Reject => "reject",
        _ => "drop",
    };

    /// <summary>The word for a family, as nft writes it.</summary>
    public static string Word(Family family) => family switch
    {
        Family.Ip => "ip",
        Family.Ip6 => "ip6",
        Family.Inet => "inet",
        Family.Arp => "arp",
        Family.Bridge => "bridge",
        _ => "netdev",
    };

    private static void Write(Utf8JsonWriter to, Decision decision)
    {
        to.WriteStartObject();
        to.WriteString("family", decision.Table.Length == 0 ? "" : Word(decision.Family));
        to.WriteString("table", decision.Table);
        to.WriteString("chain", decision.Chain);
        to.WriteNumber("handle", decision.Handle);
        to.WriteString("rule", decision.Rule);
        to.WriteString("verdict", decision.Verdict);
        if (decision.BaseChain.Length > 0 && decision.BaseChain != decision.Chain)
        {
            to.WriteString("base_chain", decision.BaseChain);
        }

        if (decision.Place.Length > 0)
        {
            to.WriteString("place", decision.Place);
        }

        to.WriteEndObject();
    }
}
