using System.Globalization;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;

namespace Virtward.Output;

/// <summary>A packet's way through the rules as a person reads it.</summary>
public static class TraceText
{
    /// <summary>Writes the packet, what became of it, and what decided.</summary>
    public static void Write(TextWriter to, Packet packet, Trace trace)
    {
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Describe(packet)}: {Became(packet, trace)}"));
        WriteWhy(to, trace, "  ");
    }

    /// <summary>The packet in a few words: <c>eth0: 198.51.100.7:40000 → 203.0.113.10:22 tcp</c>.</summary>
    public static string Describe(Packet packet)
    {
        bool ports = ProtocolNames.HasPorts(packet.Protocol);
        string source = ports ? Endpoint(packet.Source.ToString(), packet.SourcePort) : packet.Source.ToString();
        string destination = ports ? Endpoint(packet.Destination.ToString(), packet.DestinationPort) : packet.Destination.ToString();
        string vlan = packet.Vlan is { } id ? string.Create(CultureInfo.InvariantCulture, $" vlan {id}") : "";
        return $"{packet.Iif}: {source} → {destination} {ProtocolNames.ToText(packet.Protocol)}{vlan}{(packet.Bridged ? ", bridged" : "")}";
    }

    /// <summary>What became of it, in words.</summary>
    public static string Became(Packet packet, Trace trace)
    {
        string where = trace.To is null ? "" : trace.To == "host" ? " at the host" : $" by {trace.To}";
        string with = trace.With is null ? "" : $" with {trace.With}";
        bool changed = trace.Destination != packet.Destination || trace.Source != packet.Source
            || (ProtocolNames.HasPorts(packet.Protocol) && trace.DestinationPort != packet.DestinationPort);
        string translated = trace.Destination is { } destination && trace.To is not null && changed
            ? string.Create(CultureInfo.InvariantCulture, $", as {trace.Source} → {Endpoint(destination.ToString(), trace.DestinationPort)}")
            : "";
        return trace.Verdict switch
        {
            Outcome.Accept => $"arrives{where}{translated}",
            Outcome.Limited => $"arrives{where} only sometimes{translated}",
            Outcome.Unproven => "unproven: it hangs on something that cannot be interpreted",
            Outcome.Reject => $"is refused{with}",
            _ => "is dropped",
        };
    }

    /// <summary>Writes what decided, a line each.</summary>
    public static void WriteWhy(TextWriter to, Trace trace, string indent)
    {
        if (trace.Why.IsEmpty)
        {
            to.WriteLine($"{indent}no rule says anything of it");
        }

        var table = new Columns("where", "table, chain", "rule", "what it did");
        foreach (Decision decision in trace.Why)
        {
            table.Add(
                decision.Place,
                decision.Table.Length == 0 ? "the kernel" : $"{TraceJson.Word(decision.Family)} {Words.Safe(decision.Table)}, {Words.Safe(decision.Chain)}",
                Fit(Words.Safe(decision.Rule)) + (decision.Table.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $" (handle {decision.Handle})") : ""),
                decision.Verdict);
        }

        if (!trace.Why.IsEmpty)
        {
            table.Write(to, indent);
        }

        foreach (string condition in trace.DependsOn)
        {
            to.WriteLine($"{indent}hangs on: {Words.Safe(condition)}");
        }
    }

    private static string Endpoint(string address, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{port}");

    private static string Fit(string text) => text.Length <= 90 ? text : text[..89] + "…";
}
