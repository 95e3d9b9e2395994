using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>Whether what the engine says is what the kernel did.</summary>
internal static class Comparison
{
    /// <summary>The engine has the sender told, and nobody heard it.</summary>
    public const string NotTold = "not told, and should be";

    /// <summary>In what they differ, in a word or two; null where they agree.</summary>
    public static string? Difference(Layout layout, Packet packet, Observation seen, Trace said)
    {
        if (said.Verdict == Outcome.Unproven)
        {
            return "unproven";
        }

        bool arrives = seen.Verdict is Outcome.Accept or Outcome.Limited;
        if (packet.Count > 1)
        {
            int[] indices = said.Verdict switch
            {
                Outcome.Accept => [.. Enumerable.Range(0, packet.Count)],
                Outcome.Limited => [.. said.AcceptedIndex],
                _ => [],
            };
            if (!indices.SequenceEqual(seen.AcceptedIndex))
            {
                return "which arrive";
            }
        }
        else if (said.Verdict == Outcome.Limited)
        {
            return "limited";
        }

        if (arrives != said.Verdict is Outcome.Accept or Outcome.Limited)
        {
            return arrives ? "arrives" : "does not arrive";
        }

        return arrives ? Arrival(layout, packet, seen, said) : Refusal(seen, said);
    }

    private static string? Arrival(Layout layout, Packet packet, Observation seen, Trace said)
    {
        bool place = seen.Everywhere.Any(where => where == said.To || (where != "host" && layout.Of(where).Bridge is { } bridge && bridge == said.To));
        if (!place)
        {
            return "to";
        }

        // Of a frame that a bridge gives to several, each copy has its own way.
        if (seen.Everywhere.Length > 1)
        {
            return null;
        }

        // Which port of a range the kernel draws, nobody knows.
        bool ports = packet.Protocol is 6 or 17 or 132 or 136 && !said.DependsOn.Any(static one => one.StartsWith("one of ", StringComparison.Ordinal));
        return said.Source is { } source && source != seen.Source ? "source"
            : said.Destination is { } destination && destination != seen.Destination ? "destination"
            : ports && said.DestinationPort != seen.DestinationPort ? "destination port"
            : ports && said.SourcePort != seen.SourcePort ? "source port" : null;
    }

    private static string? Refusal(Observation seen, Trace said) => (seen.Verdict, said.Verdict) switch
    {
        (Outcome.Reject, Outcome.Reject) or (Outcome.Drop, Outcome.Drop) => null,
        (Outcome.Reject, _) => "told, and should not be",
        _ => NotTold,
    };
}
