using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

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
                read.Add(new Neighbour(address, device, mac));
            }
        }

        return read.ToImmutable();
    }

    /// <summary>Reads what bridges have learned; their own and groups' addresses are passed over.</summary>
    public static ImmutableArray<LearnedMac> Learned(Snapshot snapshot, ICollection<Problem> problems)
    {
        ImmutableArray<LearnedMac>.Builder read = ImmutableArray.CreateBuilder<LearnedMac>();
        foreach (JsonElement item in JsonText.Objects(snapshot.Text(SnapshotNames.BridgeFdb), SnapshotNames.BridgeFdb, problems))
        {
            if (item.Mac("mac") is var mac and not 0 && item.Text("ifname") is string port && item.Text("master") is string bridge
                && item.Text("state") is not "permanent")
            {
                read.Add(new LearnedMac(mac, port, bridge));
            }
        }

        return read.ToImmutable();
    }
}
