using System.Xml.Linq;
using Virtward.Core.Results;
using Virtward.Exposure.Facts.Guests;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>What of libvirt's network XML says how names are served, and how guests are kept apart.</summary>
public static class NetworkDefinitionReader
{
    private const int MaxItems = 500;

    /// <summary>Reads one; null where it is none, and the problem told.</summary>
    public static NetworkDefinition? Read(string file, string text, bool active, ICollection<Problem> problems)
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
        XElement? dns = network.Child("dns");
        string mode = forward is null ? "none" : forward.Get("mode") ?? "nat";
        return new NetworkDefinition(name, file, active)
        {
            Forward = mode,
            Bridge = network.Child("bridge").Get("name") ?? "",
            Addressed = mode is "none" or "nat" or "route" or "open" && network.Children("ip").Any(),
            Dns = dns.Get("enable") != "no",
            Forwarders = [.. dns.Children("forwarder").Select(static one => one.Get("addr") ?? "").Take(MaxItems)],
            IsolatedPorts = network.Child("port").Get("isolated") == "yes",
            Limited = network.Child("bandwidth")?.HasElements == true || network.Children("portgroup").Any(static one => one.Child("bandwidth")?.HasElements == true),
            Ranges = [.. network.Children("ip").SelectMany(static ip => ip.Child("dhcp").Children("range")).Select(static one => $"{one.Get("start")}-{one.Get("end")}").Take(MaxItems)],
        };
    }
}
