using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// What a person means by an endpoint: a service (<c>ssh</c>), a port (<c>22</c>, <c>tcp/22</c>), an address and a port (<c>192.168.122.10:80</c>,
/// <c>[2001:db8::1]:443/tcp</c>), a guest (<c>web1</c>) or a guest's port (<c>web1:80</c>).
/// </summary>
public static class EndpointChoice
{
    /// <summary>Finds the endpoints that are meant.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="all">The host's endpoints, each with its guest.</param>
    /// <returns>At least one, or the problem with the names that there are.</returns>
    public static Result<ImmutableArray<(Endpoint Endpoint, Guest? Guest)>> Find(string text, IReadOnlyList<(Endpoint Endpoint, Guest? Guest)> all)
    {
        (Endpoint Endpoint, Guest? Guest)[] named =
        [
            .. all.Where(one => Is(one.Endpoint.Service.Name, text) || (one.Guest is not null && Is(one.Guest.Name, text)) || IsContainer(one.Endpoint, text)),
        ];
        if (named.Length > 0)
        {
            return named.ToImmutableArray();
        }

        (string? where, string rest) = Split(text);
        if (!TryPort(rest, out int protocol, out int port))
        {
            if (port > 65535)
            {
                return new Problem("there is no such port", text, "ports go to 65535");
            }

            string[] names = [.. all.Select(static one => one.Guest?.Name ?? one.Endpoint.Name).Distinct().Take(12)];
            return new Problem(
                "there is no such endpoint", text,
                $"write a service, a port (22, tcp/22), ADDRESS:PORT or a guest; here are {(names.Length == 0 ? "none" : string.Join(", ", names))}");
        }

        if (where is null)
        {
            (Endpoint Endpoint, Guest? Guest)[] held =
            [
                .. all.Where(one => one.Endpoint.Place is EndpointPlace.Host or EndpointPlace.Published
                    && one.Endpoint.Ports.Contains((UInt128)port) && (protocol == 0 || one.Endpoint.Protocol == protocol)),
            ];
            return held.Length > 0
                ? held.ToImmutableArray()
                : new Problem("nothing listens at this port of the host, and no rule forwards it", text, "write ADDRESS:PORT to ask what the rules would do all the same");
        }

        return At(where, protocol == 0 ? ProtocolNames.Tcp : protocol, port, all) is { } found
            ? ImmutableArray.Create(found)
            : new Problem("there is no guest of this name, and it is no address", where, "write an IP address; in brackets where it is IPv6");
    }

    private static (Endpoint, Guest?)? At(string where, int protocol, int port, IReadOnlyList<(Endpoint Endpoint, Guest? Guest)> all)
    {
        Guest? guest = all.Select(static one => one.Guest).FirstOrDefault(one => one is not null && Is(one.Name, where));
        if (guest is null && !Address.TryParse(where, out _))
        {
            return null;
        }

        ImmutableArray<Address> addresses = guest is not null
            ? [.. guest.Addresses.Select(static address => address.Address).Distinct()]
            : [Address.Parse(where)];
        guest ??= all.Select(static one => one.Guest).FirstOrDefault(one => one is not null && one.Addresses.Any(address => addresses.Contains(address.Address)));
        (Endpoint Endpoint, Guest? Guest) inside = all.FirstOrDefault(one => one.Endpoint.Place == EndpointPlace.Container
            && one.Endpoint.Protocol == protocol && one.Endpoint.Ports.Contains((UInt128)port) && one.Endpoint.Addresses.Any(addresses.Contains));
        if (inside.Endpoint is not null)
        {
            return (inside.Endpoint with { Addresses = addresses }, null);
        }

        (Endpoint Endpoint, Guest? Guest) listener = all.FirstOrDefault(one => one.Endpoint.Place == EndpointPlace.Host
            && one.Endpoint.Protocol == protocol && one.Endpoint.Ports.Contains((UInt128)port) && one.Endpoint.Addresses.Any(addresses.Contains));
        if (listener.Endpoint is not null)
        {
            return (listener.Endpoint with { Addresses = addresses, Wildcard = false }, null);
        }

        bool own = all.Any(one => one.Endpoint.Place is EndpointPlace.Host or EndpointPlace.Published && one.Endpoint.Addresses.Any(addresses.Contains));
        return (new Endpoint(
            own ? EndpointPlace.Host : EndpointPlace.Guest, ServiceCatalog.Of(protocol, port, ""), protocol, ValueRange.Single((UInt128)port))
        {
            Addresses = addresses,
            Owner = guest is null ? where : $"guest {guest.Name}",
        }, guest);
    }

    // The last colon parts an address from its port, unless what follows is still an IPv6 address.
    private static (string? Where, string Port) Split(string text)
    {
        if (text.StartsWith('[') && text.IndexOf("]:", StringComparison.Ordinal) is > 0 and var end)
        {
            return (text[1..end], text[(end + 2)..]);
        }

        int colon = text.LastIndexOf(':');
        return colon <= 0 || Address.TryParse(text, out _) ? (null, text) : (text[..colon], text[(colon + 1)..]);
    }

    private static bool TryPort(string text, out int protocol, out int port)
    {
        protocol = 0;
        string number = text;
        string[] parts = text.Split('/');
        if (parts.Length == 2)
        {
            bool first = ProtocolNames.TryParse(parts[0], out protocol) && !int.TryParse(parts[0], out _);
            if (!first && !(ProtocolNames.TryParse(parts[1], out protocol) && !int.TryParse(parts[1], out _)))
            {
                port = 0;
                return false;
            }

            number = first ? parts[1] : parts[0];
        }

        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
    }

    // The owner is the process and where it runs: "nginx, docker:0123456789ab", "nginx, netns web".
    private static bool IsContainer(Endpoint endpoint, string text) => endpoint.Place == EndpointPlace.Container
        && endpoint.Owner.Split(", ").Skip(1).Any(where => Is(where, text) || (where.StartsWith("netns ", StringComparison.Ordinal) && Is(where["netns ".Length..], text)));

    private static bool Is(string name, string text) => name.Length > 0 && name.Equals(text, StringComparison.OrdinalIgnoreCase);
}
