using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// Sockets that have no port, and so no row: of packet(7) they see frames before any rule does, of raw(7) they take all that the rules let through of one protocol.
/// </summary>
internal static class PortlessSockets
{
    private const int MaxNamed = 20;

    /// <summary>A sentence for each kind that there is.</summary>
    public static IEnumerable<Problem> Told(HostFacts facts)
    {
        string[] packet = Named(facts, "packet", static listener => listener.Device is { } device ? $" at {device}" : "");
        string[] raw = Named(facts, "raw", static listener => $" for {ProtocolNames.ToText(listener.Number)}");
        if (packet.Length > 0)
        {
            yield return new Problem($"packet sockets get frames before any rule does: {string.Join("; ", packet.Take(MaxNamed))}");
        }

        if (raw.Length > 0)
        {
            yield return new Problem($"raw sockets get all that the rules let in of a protocol: {string.Join("; ", raw.Take(MaxNamed))}");
        }
    }

    private static string[] Named(HostFacts facts, string protocol, Func<Listener, string> where) =>
    [
        .. facts.Listeners.Where(listener => listener.Protocol == protocol)
            .Select(listener => (EndpointFinder.Owner(listener) is { Length: > 0 } owner ? owner : "a socket of the kernel") + where(listener)).Distinct(),
    ];
}
