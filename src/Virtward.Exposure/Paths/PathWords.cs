using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Paths;

/// <summary>Puts answers about destinations into words.</summary>
public static class PathWords
{
    private const int Listed = 4;

    /// <summary><c>any port</c>, <c>tcp 22, 80-90; udp 53; ping</c>, <c>tcp all but 25</c>; where it is not all of the destination: <c>tcp 53 at 192.168.1.5</c>.</summary>
    /// <param name="answer">The answer.</param>
    public static string What(PathAnswer answer)
    {
        string ports = Ports(answer.Ports);
        return answer.Whole || answer.Destinations.IsEmpty ? ports : $"{ports} at {Some(answer.Destinations)}";
    }

    /// <summary>The open ports of all protocols.</summary>
    public static string Ports(ImmutableArray<ProtocolPorts> open)
    {
        bool all = PathQuestion.UsualProtocols.All(protocol => open.Any(one => one.Protocol == protocol && one.Ports.Equals(PortSet.All)));
        return all ? "any port" : string.Join("; ", open.Select(static one => one.Protocol == ProtocolNames.Icmp
            ? "ping" : $"{ProtocolNames.ToText(one.Protocol)}{(ProtocolNames.HasPorts(one.Protocol) ? $" {Ports(one.Ports)}" : "")}"));
    }

    /// <summary>The sources; where only some networks were asked about, "anyone" is anyone there.</summary>
    internal static string Who(string words, PathQuestion question)
    {
        if (words != "anyone" || question.From.Any(entry => (question.Sources ?? entry.Sources) is null))
        {
            return words;
        }

        PrefixSet sources = question.Sources ?? question.From.Aggregate(PrefixSet.Empty, static (all, entry) => all.Union(entry.Sources!));
        // A device's link-local addresses are there as a matter of course.
        Prefix[] told = [.. sources.Where(static prefix => prefix.IsV4 || prefix.First.High >> 54 != 0xfe80 >> 6)];
        return told.Length is 0 or > 2 ? words : $"anyone in {string.Join(", ", told)}";
    }

    private static string Ports(PortSet ports)
    {
        PortSet closed = ports.Inverse();
        return !closed.IsEmpty && closed.Ranges.Length <= 2 && closed.Ranges.Length < ports.Ranges.Length ? $"all but {closed.ToText(Listed)}" : ports.ToText(Listed);
    }

    private static string Some(PrefixSet places) =>
        places.Count <= 2 ? string.Join(", ", places) : $"{places[0]} and {places.Count - 1} more networks";
}
