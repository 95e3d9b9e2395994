using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;

namespace Virtward.Output;

/// <summary>Why somebody does or does not reach an endpoint, as a person reads it.</summary>
public static class ExplainText
{
    private const int MaxNetworks = 6;

    /// <summary>Writes each endpoint, zone by zone, with an example packet for each outcome.</summary>
    public static void Write(TextWriter to, IReadOnlyList<ExposureRow> rows, Ruleset ruleset)
    {
        foreach (ExposureRow row in rows)
        {
            Endpoint endpoint = row.Endpoint;
            if (endpoint.Destination is { } destination)
            {
                WriteHead(to, destination);
                WriteCells(to, row, ruleset);
                continue;
            }

            string[] about =
            [
                .. endpoint.Service.Name.Length > 0 ? [endpoint.PortText] : Array.Empty<string>(),
                .. endpoint.Owner.Length > 0 ? [Words.Safe(endpoint.Owner)] : Array.Empty<string>(),
                .. endpoint.BoundDevice is { } device ? [$"bound to {device}"] : Array.Empty<string>(),
            ];
            to.WriteLine($"{Words.Safe(endpoint.Name)}{(about.Length > 0 ? $" ({string.Join(", ", about)})" : "")} at {Addresses(endpoint)}");
            WriteCells(to, row, ruleset);
        }
    }

    private static void WriteHead(TextWriter to, Destination destination)
    {
        bool host = destination.Name == Zone.Host;
        string networks = destination.Networks.Count is > 0 and <= MaxNetworks ? $" {destination.Networks}" : "";
        to.WriteLine(host
            ? $"the host itself, any port, whether or not something listens:{networks}"
            : $"{Words.Safe(destination.Name)} (any port), by {string.Join(", ", destination.Devices)}:{(networks.Length > 0 ? networks : " everybody whom no other zone holds")}");
    }

    private static void WriteCells(TextWriter to, ExposureRow row, Ruleset ruleset)
    {
        foreach (Cell cell in row.Cells)
        {
            to.WriteLine();
            Write(to, row.Endpoint, cell, ruleset);
        }

        to.WriteLine();
    }

    private static void Write(TextWriter to, Endpoint endpoint, Cell cell, Ruleset ruleset)
    {
        string by = cell.By.IsEmpty ? "" : $" (by {string.Join(", ", cell.By)})";
        string ports = cell.OpenPorts.Length > 0 ? $", {cell.OpenPorts}" : "";
        to.WriteLine($"from {cell.Zone}{by}: {cell.Words}{ports}{Judgement(cell.Concern)}");
        foreach (Witness witness in cell.Sets.Witnesses.Where(witness => IsNews(witness, cell)))
        {
            to.WriteLine($"  {Heading(witness.Outcome)}, for example {TraceText.Describe(witness.Packet)}, which {TraceText.Became(witness.Packet, witness.Trace)}:");
            TraceText.WriteWhy(to, witness.Trace, "    ");
        }

        IReadOnlyList<string> ways = cell.Concern == Concern.Fine ? [] : Remedies.For(endpoint, cell, ruleset);
        if (ways.Count > 0)
        {
            to.WriteLine("  what would close it:");
            foreach (string way in ways)
            {
                // The first way is no alternative.
                to.WriteLine($"    - {Words.Safe(ReferenceEquals(way, ways[0]) && way.StartsWith("or ", StringComparison.Ordinal) ? way[3..] : way)}");
            }
        }
    }

    // Where others get in, that the kernel takes nothing from impossible sources needs no words.
    private static bool IsNews(Witness witness, Cell cell) => cell.Concern == Concern.Closed
        || witness.Outcome is Outcome.Accept or Outcome.Limited or Outcome.Unproven
        || witness.Trace.Why.Any(static decision => decision.Table.Length > 0 && decision.Verdict is not "accept");

    private static string Heading(Outcome outcome) => outcome switch
    {
        Outcome.Accept => "let through",
        Outcome.Limited => "let through by time or luck",
        Outcome.Unproven => "unproven",
        Outcome.Reject => "refused",
        _ => "dropped",
    };

    private static string Judgement(Concern concern) => concern switch
    {
        Concern.Wrong => " - this should not be",
        Concern.Look => " - is that meant so?",
        _ => "",
    };

    private static string Addresses(Endpoint endpoint) => endpoint.Wildcard
        ? "all addresses of the host"
        : endpoint.Addresses.IsEmpty ? "no known address" : string.Join(", ", endpoint.Addresses);
}
