using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Network;

/// <summary>Neighbours, from <c>ip -j neigh</c> and <c>bridge -j fdb</c>.</summary>
internal static class NeighbourReader
{
    /// <summary>Reads the neighbours that have a hardware address.</summary>
    public static ImmutableArray<Neighbour> Neighbours(Snapshot snapshot, ICollection<Problem> problems)
    {
        ImmutableArray<Neighbour>.Builder read = ImmutableArray.CreateBuilder<Neighbour>();
        foreach (JsonElement item in JsonText.Objects(snapshot.Text(SnapshotNames.Neighbours), SnapshotNames.Neighbours, problems))
        {
            if (item.Address("dst") is Address address && item.Text("dev") is string device && item.Mac("lladdr") is var mac and not 0
                && !item.Lists("state", "FAILED"))
            {
                read.Add(new Neighbour(address, mac, device));
            }
        }

        return read.ToImmutable();
    }

    /// <summary>Reads what bridges have learned; their own and groups' addresses are passed over.</summary>
    public static ImmutableArray<ForwardingEntry> Learned(Snapshot snapshot, ICollection<Problem> problems)
    {
        ImmutableArray<ForwardingEntry>.Builder read = ImmutableArray.CreateBuilder<ForwardingEntry>();
        foreach (JsonElement item in JsonText.Objects(snapshot.Text(SnapshotNames.BridgeFdb), SnapshotNames.BridgeFdb, problems))
        {
            if (item.Mac("mac") is var mac and not 0 && item.Text("ifname") is string port && item.Text("master") is not null
                && item.Text("state") is not "permanent")
            {
                read.Add(new ForwardingEntry(mac, port));
            }
        }

        return read.ToImmutable();
    }
}
