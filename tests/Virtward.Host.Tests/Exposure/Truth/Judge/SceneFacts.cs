using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts.Network;
using Virtward.Exposure.Topology;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>The network of a namespace, read as the audit reads a host's.</summary>
internal static class SceneFacts
{
    private static readonly (string Name, string Command)[] Commands =
    [
        (SnapshotNames.Links, "ip -j -d link"),
        (SnapshotNames.Addresses, "ip -j addr"),
        (SnapshotNames.Routes, "ip -j -N -4 route show table all"),
        (SnapshotNames.Routes6, "ip -j -N -6 route show table all"),
        (SnapshotNames.Rules, "ip -j -N -4 rule"),
        (SnapshotNames.Rules6, "ip -j -N -6 rule"),
        (SnapshotNames.Neighbours, "ip -j neigh"),
        (SnapshotNames.BridgeLinks, "bridge -j -d link"),
        (SnapshotNames.BridgeFdb, "bridge -j fdb"),
        (SnapshotNames.Sysctl, "sysctl -a --pattern ^net\\."),
    ];

    /// <summary>Reads it.</summary>
    public static HostNetwork Read(NetworkNamespace host)
    {
        var snapshot = new Snapshot();
        foreach ((string name, string command) in Commands)
        {
            string[] words = command.Split(' ');
            snapshot = snapshot.With(name, host.Exec(words[0], words[1..]));
        }

        var problems = new List<Problem>();
        HostNetwork network = HostNetworkReader.Read(snapshot, problems);
        return problems.Count > 0 ? throw new InvalidOperationException(string.Join('\n', problems))
            : network.Neighbours.IsEmpty ? WithNeighbours(network, snapshot) : network;
    }

    private static HostNetwork WithNeighbours(HostNetwork network, Snapshot snapshot)
    {
        using JsonDocument neighbours = JsonDocument.Parse(snapshot.Text(SnapshotNames.Neighbours)!);
        using JsonDocument entries = JsonDocument.Parse(snapshot.Text(SnapshotNames.BridgeFdb)!);
        return network with
        {
            Neighbours = [.. neighbours.RootElement.EnumerateArray().Select(static one =>
                new Neighbour(Address.Parse(Text(one, "dst")), Mac(Text(one, "lladdr")), Text(one, "dev")))],
            ForwardingEntries = [.. entries.RootElement.EnumerateArray().Where(static one => one.TryGetProperty("master", out _))
                .Select(static one => new ForwardingEntry(Mac(Text(one, "mac")), Text(one, "ifname")))],
        };
    }

    private static string Text(JsonElement one, string name) => one.TryGetProperty(name, out JsonElement value) ? value.GetString()! : "";

    private static ulong Mac(string text) => text.Length == 0 ? 0 : Convert.ToUInt64(text.Replace(":", "", StringComparison.Ordinal), 16);
}
