using System.Collections.Immutable;
using System.Xml.Linq;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>A guest, from libvirt's domain XML.</summary>
public static class DomainReader
{
    private const string NoName = "";

    /// <summary>Reads one; null where it is none, and the problem told.</summary>
    /// <param name="file">Its name, for problems.</param>
    /// <param name="text">The XML: a <c>domain</c>, or the <c>domstatus</c> that libvirt keeps of a running one.</param>
    /// <param name="running">Whether it is the XML of the running guest.</param>
    /// <param name="problems">Gets what could not be read.</param>
    public static Guest? Read(string file, string text, bool running, ICollection<Problem> problems)
    {
        XElement? root = SafeXml.Root(file, text, problems, "domain", "domstatus");
        XElement? domain = root?.Name.LocalName == "domstatus" ? root.Child("domain") : root;
        string name = domain.Child("name")?.Value.Trim() ?? NoName;
        if (domain is null || name == NoName)
        {
            if (root is not null)
            {
                problems.Add(new Problem("is a guest without a name", file));
            }

            return null;
        }

        XElement? devices = domain.Child("devices");
        List<GuestAddress> configured = [];
        return new Guest(name)
        {
            Uuid = domain.Child("uuid")?.Value.Trim() ?? "",
            Running = running,
            Interfaces = [.. devices.Children("interface").Select(item => Interface(item, configured))],
            Endpoints = [.. Consoles(devices), .. Lines(devices), .. Arguments(domain)],
            Addresses = [.. configured.Distinct()],
        };
    }

    private static GuestInterface Interface(XElement item, List<GuestAddress> configured)
    {
        ulong mac = JsonText.Mac(item.Child("mac").Get("address"));
        XElement? source = item.Child("source");
        XElement? filter = item.Child("filterref");
        string type = item.Get("type") ?? "";
        IEnumerable<string?> addresses =
        [
            .. item.Children("ip").Select(static ip => ip.Get("address")),
            .. filter.Children("parameter").Where(static parameter => parameter.Get("name") is "IP" or "IPV6").Select(static parameter => parameter.Get("value")),
        ];
        foreach (string? address in addresses)
        {
            if (Address.TryParse(address, out Address read))
            {
                configured.Add(new GuestAddress(read, mac, AddressSource.Configured));
            }
        }

        return new GuestInterface(type, mac)
        {
            Target = item.Child("target").Get("dev"),
            Network = source.Get("network"),
            Bridge = source.Get("bridge"),
            Lower = type == "direct" ? source.Get("dev") : null,
            Isolated = item.Child("port").Get("isolated") == "yes",
            Filter = filter.Get("filter"),
        };
    }

    private static IEnumerable<GuestEndpoint> Consoles(XElement? devices)
    {
        foreach (XElement graphics in devices.Children("graphics"))
        {
            string type = graphics.Get("type") ?? "";
            XElement? listen = graphics.Child("listen");
            if (type is not ("vnc" or "spice" or "rdp") || listen.Get("type") is "socket" or "none" || graphics.Get("socket") is not null)
            {
                continue;
            }

            string address = listen.Get("address") ?? graphics.Get("listen") ?? "";
            bool password = graphics.Attribute("passwd") is not null;
            yield return new GuestEndpoint(type, address, graphics.Port("port")) { Password = password };
            if (type == "spice" && graphics.Port("tlsPort") is not 0 and int secure)
            {
                yield return new GuestEndpoint("spice-tls", address, secure) { Password = password };
            }

            // -1: a websocket whose port is chosen at the start.
            if (type == "vnc" && graphics.Get("websocket") is not null)
            {
                yield return new GuestEndpoint("vnc-websocket", address, graphics.Port("websocket")) { Password = password };
            }
        }
    }

    private static IEnumerable<GuestEndpoint> Lines(XElement? devices)
    {
        foreach (XElement line in devices?.Elements() ?? [])
        {
            if (line.Name.LocalName is "serial" or "console" or "parallel" or "channel" or "redirdev" or "rng" or "smartcard"
                && line.Get("type") is "tcp" or "udp")
            {
                foreach (XElement source in line.Children("source").Where(static source => source.Get("mode") == "bind"))
                {
                    yield return new GuestEndpoint("serial", source.Get("host") ?? "", source.Port("service"));
                }
            }
        }
    }

    private static IEnumerable<GuestEndpoint> Arguments(XElement domain)
    {
        ImmutableArray<string> arguments = [.. domain.Children("commandline").Children("arg").Select(static arg => arg.Get("value") ?? "")];
        return QemuArguments.Endpoints(arguments).Select(static endpoint => new GuestEndpoint(endpoint.Purpose, endpoint.Listen, endpoint.Port));
    }

    private static IEnumerable<XElement> Children(this IEnumerable<XElement> elements, string name) =>
        elements.SelectMany(element => element.Children(name));
}
