using System.Globalization;
using System.Numerics;
using System.Xml.Linq;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>A guests' network, from libvirt's network XML.</summary>
public static class NetworkReader
{
    /// <summary>Reads one; null where it is none, and the problem told.</summary>
    /// <param name="file">Its name, for problems.</param>
    /// <param name="text">The XML: a <c>network</c>, or the <c>networkstatus</c> that libvirt keeps of an active one.</param>
    /// <param name="problems">Gets what could not be read.</param>
    public static GuestNetwork? Read(string file, string text, ICollection<Problem> problems)
    {
        XElement? root = SafeXml.Root(file, text, problems, "network", "networkstatus");
        XElement? network = root?.Name.LocalName == "networkstatus" ? root.Child("network") : root;
        if (network.Child("name")?.Value.Trim() is not { Length: > 0 } name)
        {
            if (root is not null)
            {
                problems.Add(new Problem("is a network without a name", file));
            }

            return null;
        }

        XElement? forward = network.Child("forward");
        return new GuestNetwork(name)
        {
            Bridge = network.Child("bridge").Get("name"),
            Forward = forward is null ? "none" : forward.Get("mode") ?? "nat",
            ForwardDevice = forward.Get("dev") ?? forward.Child("interface").Get("dev"),
            Addresses = [.. network.Children("ip").Select(ip => Address(ip, file, problems)).OfType<InterfaceAddress>()],
            Dhcp = network.Children("ip").Any(static ip => ip.Child("dhcp") is not null),
            FixedHosts = [.. network.Children("ip").SelectMany(static ip => Hosts(ip.Child("dhcp")))],
            IsolatedPorts = network.Child("port").Get("isolated") == "yes",
        };
    }

    private static InterfaceAddress? Address(XElement ip, string file, ICollection<Problem> problems)
    {
        if (Core.Net.Address.TryParse(ip.Get("address"), out Address address) && Length(ip, address) is int length)
        {
            return new InterfaceAddress(address, length);
        }

        problems.Add(new Problem("holds an <ip> without an address and a length", file));
        return null;
    }

    // Without either, libvirt takes the class of the address (RFC 791), and 64 for IPv6.
    private static int? Length(XElement ip, Address address)
    {
        if (ip.Get("prefix") is string prefix)
        {
            return int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length <= address.Bits ? length : null;
        }

        if (ip.Get("netmask") is string netmask)
        {
            return Core.Net.Address.TryParse(netmask, out Address mask) && mask.IsV4 && address.IsV4 && BitOperations.LeadingZeroCount(~mask.V4) is var ones
                && mask.V4 == (ones == 0 ? 0 : uint.MaxValue << (32 - ones))
                    ? ones
                    : null;
        }

        return !address.IsV4 ? 64 : (address.V4 >> 24) switch
        {
            < 128 => 8,
            < 192 => 16,
            _ => 24,
        };
    }

    private static IEnumerable<GuestAddress> Hosts(XElement? dhcp)
    {
        foreach (XElement host in dhcp.Children("host"))
        {
            if (Core.Net.Address.TryParse(host.Get("ip"), out Address address) && JsonText.Mac(host.Get("mac")) is var mac and not 0)
            {
                yield return new GuestAddress(address, mac, AddressSource.Configured);
            }
        }
    }
}
