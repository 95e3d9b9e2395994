using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>Addresses that guests were given or tell of.</summary>
public static class LeaseReader
{
    /// <summary>Leases, from the JSON that libvirt's lease helper keeps (<c>/var/lib/libvirt/dnsmasq/virbr0.status</c>).</summary>
    public static ImmutableArray<GuestAddress> Leases(string file, string text, ICollection<Problem> problems)
    {
        ImmutableArray<GuestAddress>.Builder read = ImmutableArray.CreateBuilder<GuestAddress>();
        foreach (JsonElement lease in JsonText.Objects(text, file, problems))
        {
            if (lease.Address("ip-address") is Address address && lease.Mac("mac-address") is var mac and not 0)
            {
                read.Add(new GuestAddress(address, mac, AddressSource.Lease));
            }
        }

        return read.ToImmutable();
    }

    /// <summary>
    /// Addresses that a guest tells by its agent, from the table that <c>virsh domifaddr --source agent</c> prints: name, hardware
    /// address, protocol, address; a row of <c>-</c> (of old: <c>N/A</c>) belongs to the interface above it.
    /// </summary>
    public static ImmutableArray<GuestAddress> Agent(string text)
    {
        ImmutableArray<GuestAddress>.Builder read = ImmutableArray.CreateBuilder<GuestAddress>();
        ulong mac = 0;
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 4 || words[^2] is not ("ipv4" or "ipv6"))
            {
                continue;
            }

            mac = words[^3] is "-" or "N/A" ? mac : JsonText.Mac(words[^3]);
            if (mac != 0 && Address.TryParse(words[^1].Split('/')[0], out Address address))
            {
                read.Add(new GuestAddress(address, mac, AddressSource.Agent));
            }
        }

        return read.ToImmutable();
    }
}
