using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Network;

/// <summary>Interfaces with their addresses, from <c>ip -j -d link</c>, <c>ip -j -d addr</c>, <c>bridge -j -d link</c> and <c>bridge -j vlan</c>.</summary>
internal static class LinkReader
{
    private const int MaxName = 15;

    /// <summary>Reads them, in the order of their numbers.</summary>
    public static ImmutableArray<NetworkInterface> Read(Snapshot snapshot, ICollection<Problem> problems)
    {
        NumberedNames groups = NumberedNames.Read(snapshot.Text(SnapshotNames.GroupNames), ("default", 0));
        List<JsonElement> links = JsonText.Objects(snapshot.Text(SnapshotNames.Links), SnapshotNames.Links, problems);
        List<JsonElement> addresses = JsonText.Objects(snapshot.Text(SnapshotNames.Addresses), SnapshotNames.Addresses, problems);
        SortedDictionary<int, NetworkInterface> read = [];
        foreach (JsonElement link in links.Count > 0 ? links : addresses)
        {
            if (Link(link, groups) is NetworkInterface one)
            {
                read[one.Index] = one;
            }
            else if (link.EnumerateObject().Any())
            {
                problems.Add(new Problem("holds an interface without a number or a name", links.Count > 0 ? SnapshotNames.Links : SnapshotNames.Addresses));
            }
        }

        foreach (JsonElement item in addresses)
        {
            if (item.Int("ifindex") is int index && read.TryGetValue(index, out NetworkInterface? one))
            {
                read[index] = one with { Addresses = Addresses(item, one.Name, problems) };
            }
        }

        Dictionary<string, NetworkInterface> byName = new(StringComparer.Ordinal);
        foreach (NetworkInterface one in read.Values)
        {
            byName[one.Name] = one;
        }

        Ports(snapshot, byName, problems);
        Vlans(snapshot, byName, problems);
        return [.. byName.Values.OrderBy(static one => one.Index)];
    }

    private static NetworkInterface? Link(JsonElement link, NumberedNames groups)
    {
        if (link.Int("ifindex") is not int index || link.Text("ifname") is not { Length: > 0 and <= MaxName } name)
        {
            return null;
        }

        JsonElement info = link.Member("linkinfo") ?? default;
        JsonElement data = info.Member("info_data") ?? default;
        JsonElement port = info.Member("info_slave_data") ?? default;
        string kind = info.Text("info_kind") ?? "";
        bool bridge = kind == "bridge";
        bool onTop = kind is "vlan" or "macvlan" or "macvtap" or "ipvlan" or "ipvtap";
        return new NetworkInterface(index, name)
        {
            Kind = kind,
            Master = link.Text("master"),
            Lower = onTop ? link.Text("link") : null,
            Vlan = kind == "vlan" ? data.Int("id") : null,
            Mac = link.Mac("address"),
            Up = link.Lists("flags", "UP"),
            Loopback = link.Lists("flags", "LOOPBACK"),
            LinkType = LinkTypes.Number(link.Text("link_type")),
            Group = link.Text("group") is string group ? groups.Number(group) : 0,
            Isolated = info.Text("info_slave_kind") == "bridge" && port.Flag("isolated"),
            Hairpin = info.Text("info_slave_kind") == "bridge" && port.Flag("hairpin"),
            VlanFiltering = bridge && data.Flag("vlan_filtering"),
            CallsIptables = bridge && (data.Flag("nf_call_iptables") || data.Flag("nf_call_ip6tables")),
        };
    }

    private static ImmutableArray<InterfaceAddress> Addresses(JsonElement item, string name, ICollection<Problem> problems)
    {
        ImmutableArray<InterfaceAddress>.Builder addresses = ImmutableArray.CreateBuilder<InterfaceAddress>();
        foreach (JsonElement entry in item.Items("addr_info").Where(static entry => entry.EnumerateObject().Any()))
        {
            if (entry.Address("local") is Address local && entry.Int("prefixlen") is int length && length >= 0 && length <= local.Bits)
            {
                Address? peer = entry.Address("address");
                addresses.Add(new InterfaceAddress(local, length, peer?.IsV4 == local.IsV4 ? peer : null) 
                {
                    Dynamic = entry.Flag("dynamic"),
                    Preferred = !entry.Flag("tentative") && !entry.Flag("deprecated"),
                });
            }
            else if (entry.Text("family") is "inet" or "inet6")
            {
                problems.Add(new Problem($"holds an address of {name} that is none", SnapshotNames.Addresses));
            }
        }

        return addresses.ToImmutable();
    }

    // The same flags stand in ip -d link; an iproute2 of old prints them here only.
    private static void Ports(Snapshot snapshot, Dictionary<string, NetworkInterface> byName, ICollection<Problem> problems)
    {
        foreach (JsonElement port in JsonText.Objects(snapshot.Text(SnapshotNames.BridgeLinks), SnapshotNames.BridgeLinks, problems))
        {
            if (port.Text("ifname") is string name && byName.TryGetValue(name, out NetworkInterface? one))
            {
                byName[name] = one with
                {
                    Master = one.Master ?? port.Text("master"),
                    Isolated = one.Isolated || port.Flag("isolated"),
                    Hairpin = one.Hairpin || port.Flag("hairpin"),
                };
            }
        }
    }

    private static void Vlans(Snapshot snapshot, Dictionary<string, NetworkInterface> byName, ICollection<Problem> problems)
    {
        foreach (JsonElement port in JsonText.Objects(snapshot.Text(SnapshotNames.BridgeVlans), SnapshotNames.BridgeVlans, problems))
        {
            if (port.Text("ifname") is not string name || !byName.TryGetValue(name, out NetworkInterface? one))
            {
                continue;
            }

            ImmutableArray<BridgeVlan>.Builder vlans = ImmutableArray.CreateBuilder<BridgeVlan>();
            foreach (JsonElement vlan in port.Items("vlans"))
            {
                if (vlan.Int("vlan") is int first and >= 0 and < 4096 && (vlan.Int("vlanEnd") ?? first) is int last && last >= first && last < 4096)
                {
                    vlans.Add(new BridgeVlan(first, last, vlan.Lists("flags", "PVID"), vlan.Lists("flags", "Egress Untagged")));
                }
                else
                {
                    problems.Add(new Problem($"holds a VLAN of {name} that is none", SnapshotNames.BridgeVlans));
                }
            }

            byName[name] = one with { Vlans = vlans.ToImmutable() };
        }
    }
}
