using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// The listeners of other network namespaces, such as containers': those that stand behind a device of the host are endpoints by their own address, the others
/// are told as what no rule of the host stands before. What rules a namespace has of its own is not looked at.
/// </summary>
internal static class ContainerListeners
{
    private const int MaxNamed = 50;

    /// <summary>Those that the host's devices lead to; of one program at one port one endpoint.</summary>
    public static IEnumerable<Endpoint> Endpoints(HostFacts facts)
    {
        foreach (ListenerNamespace place in facts.Namespaces)
        {
            string[] behind = [.. Behind(place, facts.Network)];
            if (behind.Length == 0)
            {
                continue;
            }

            foreach (IGrouping<(int Protocol, int Port, string Owner), Listener> group in Of(facts, place.Name).GroupBy(static one => (EndpointFinder.Number(one), one.Port, EndpointFinder.Owner(one))))
            {
                ImmutableArray<Address> addresses = [.. group.SelectMany(one => Addresses(one, place)).Distinct().Order()];
                if (!addresses.IsEmpty)
                {
                    yield return new Endpoint(EndpointPlace.Container, EndpointFinder.Service(group.First()), group.Key.Protocol, ValueRange.Single((UInt128)group.Key.Port))
                    {
                        Addresses = addresses,
                        Behind = [.. behind],
                        Owner = Where(group.Key.Owner, place),
                    };
                }
            }
        }
    }

    /// <summary>What listens at an address and port behind the host's devices, in words: <c>nginx, docker:0123456789ab</c>; null: nothing that is known.</summary>
    public static string? At(HostFacts facts, Address address, int protocol, int port)
    {
        foreach (ListenerNamespace place in facts.Namespaces)
        {
            if (Of(facts, place.Name).FirstOrDefault(one => EndpointFinder.Number(one) == protocol && one.Port == port && Addresses(one, place).Contains(address)) is { } found)
            {
                return Where(EndpointFinder.Owner(found), place);
            }
        }

        return facts.Guests.FirstOrDefault(guest => guest.Addresses.Any(one => one.Address == address)) is { } known ? $"guest {known.Name}" : null;
    }

    /// <summary>Those that no path of the host leads to, a sentence for each way in which that is so.</summary>
    public static IEnumerable<Problem> Unreached(HostFacts facts)
    {
        var apart = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (IGrouping<string, Listener> group in facts.ForeignListeners.Where(IsAsked).GroupBy(static one => one.Namespace!))
        {
            ListenerNamespace? place = facts.Namespaces.FirstOrDefault(one => one.Name == group.Key);
            string[] lost = [.. group.Where(one => place is null || !Behind(place, facts.Network).Any() || !Addresses(one, place).Any())
                .Select(one => $"{Where(EndpointFinder.Owner(one), place)} at {one.Protocol}/{one.Port.ToString(CultureInfo.InvariantCulture)}").Distinct()];
            if (lost.Length > 0)
            {
                string why = Why(place);
                if (!apart.TryGetValue(why, out List<string>? known))
                {
                    apart[why] = known = [];
                }

                known.AddRange(lost);
            }
        }

        return apart.Select(static pair => new Problem($"in network namespaces of their own {pair.Key}: {Listed(pair.Value)}"));
    }

    // "sshd at tcp/22" in five namespaces is one thing, five times.
    private static string Listed(List<string> lost)
    {
        (string What, int Times)[] all = [.. lost.GroupBy(static one => one, StringComparer.Ordinal).Select(static group => (group.Key, group.Count()))];
        string named = string.Join("; ", all.Take(MaxNamed).Select(static one => one.Times == 1 ? one.What : $"{one.What} ({one.Times} times)"));
        return $"{named}{(all.Length > MaxNamed ? $" and {all.Length - MaxNamed} more" : "")}";
    }

    private static string Why(ListenerNamespace? place) => place switch
    {
        null or { Seen: false } => "whose interfaces could not be seen, so that who reaches them is not known",
        _ when place.Interfaces.FirstOrDefault(static one => one.Host is not null && !IsPair(one)) is { } past =>
            $"that stand at {past.Host} themselves ({past.Kind}), past every rule of this host",
        _ when place.Interfaces.Any(static one => one.Kind.Length == 0) => "that have a device of their own, past every rule of this host",
        _ => "that no path of this host leads to",
    };

    private static string Where(string owner, ListenerNamespace? place)
    {
        string where = place?.Container ?? (place?.Path is { } path ? $"netns {path[(path.LastIndexOf('/') + 1)..]}" : "");
        return where.Length == 0 || owner.Contains(where, StringComparison.Ordinal) ? owner.Length == 0 ? "a socket of the kernel" : owner : owner.Length == 0 ? where : $"{owner}, {where}";
    }

    private static bool IsPair(NamespaceInterface one) => one.Kind is "veth" or "netkit";

    // Packets leave by the pair's end here, or by the bridge that it is a port of.
    private static IEnumerable<string> Behind(ListenerNamespace place, HostNetwork network) => place.Interfaces.Where(IsPair)
        .SelectMany(one => network.Interfaces.Where(device => device.Name == one.Host)).SelectMany(static device => new[] { device.Name, device.Master }).OfType<string>()
        .Where(static name => name.Length > 0).Distinct();

    private static bool IsAsked(Listener listener) => listener.Port > 0 && !listener.Loopback && ProtocolNames.HasPorts(EndpointFinder.Number(listener));

    private static IEnumerable<Listener> Of(HostFacts facts, string place) => facts.ForeignListeners.Where(one => one.Namespace == place && IsAsked(one));

    private static IEnumerable<Address> Addresses(Listener listener, ListenerNamespace place) => place.Interfaces
        .Where(one => IsPair(one) && one.Host is not null && (listener.Device is null || listener.Device == one.Name)).SelectMany(static one => one.Addresses)
        .Where(address => !EndpointFinder.IsLinkLocal(address) && (listener.Wildcard ? address.IsV4 ? listener.TakesV4 : listener.TakesV6 : address == listener.Address));
}
