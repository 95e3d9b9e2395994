using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Topology;

namespace Virtward.Hardening.Init;

/// <summary>The host's own addresses that administrators come by, for <c>ssh.listen</c>.</summary>
/// <param name="Addresses">The addresses; empty: they are not all known.</param>
/// <param name="Doubt">Why sshd should not be bound to them; null: they are there at every boot.</param>
internal sealed record SshDoors(ImmutableArray<Address> Addresses, string? Doubt)
{
    private static readonly SshDoors None = new([], null);

    /// <summary>Finds them: each zone must have a door, or its administrators would be shut out.</summary>
    /// <param name="host">The host.</param>
    /// <param name="zones">The zones that may log in.</param>
    public static SshDoors Of(HostFacts host, ImmutableArray<ZonePolicy> zones)
    {
        ImmutableArray<Address>.Builder addresses = ImmutableArray.CreateBuilder<Address>();
        string? doubt = null;
        foreach (ZonePolicy zone in zones)
        {
            int before = addresses.Count;
            foreach (string pattern in zone.Interfaces)
            {
                NetworkInterface[] links = [.. host.Network.Interfaces.Where(link => !link.Loopback && (pattern.EndsWith('*') ? link.Name.StartsWith(pattern[..^1], StringComparison.Ordinal) : link.Name == pattern))];
                InterfaceAddress[] here = [.. links.SelectMany(link => Of(zone, link))];
                if (here.Length == 0)
                {
                    return None;
                }

                addresses.AddRange(here.Select(static one => one.Address));
                doubt ??= links.SelectMany(link => Of(zone, link).Where(static one => one.Dynamic).Select(one => $"{one.Address} of {link.Name} is lent (DHCP)")).FirstOrDefault();
            }

            if (addresses.Count == before)
            {
                return None;
            }
        }

        return new SshDoors([.. addresses.Distinct()], doubt);
    }

    // IPv6 addresses that are lent (RFC 4862, RFC 8981) come beside a fixed one, or IPv4, and are left out rather than doubted.
    private static InterfaceAddress[] Of(ZonePolicy zone, NetworkInterface link)
    {
        InterfaceAddress[] all = [.. link.Addresses.Where(static one => one.Address.IsV4 || (one.Address.High >> 54 != 0xfe80 >> 6 && !one.Dynamic))];
        InterfaceAddress[] inside = [.. all.Where(one => zone.Sources.Any(source => source.IsV4 == one.Network.IsV4 && source.Overlaps(one.Network)))];
        return inside.Length > 0 ? inside : all;
    }
}
