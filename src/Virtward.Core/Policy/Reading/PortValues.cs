using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

namespace Virtward.Core.Policy.Reading;

/// <summary>
/// Reads ports: <c>22</c>, <c>5900-5999</c>, <c>ssh</c>, each with <c>/tcp</c> or <c>/udp</c>. A number without a protocol is TCP; a name
/// without one is whatever the service speaks. Names are a table of ours, not /etc/services: a policy means the same on every host.
/// </summary>
public static class PortValues
{
    private static readonly ImmutableArray<Transport> Tcp = [Transport.Tcp];
    private static readonly ImmutableArray<Transport> Udp = [Transport.Udp];
    private static readonly ImmutableArray<Transport> Both = [Transport.Tcp, Transport.Udp];

    // As IANA's service name registry has them; vnc and spice as QEMU's first display, cockpit and libvirt as they ship.
    private static readonly FrozenDictionary<string, (ushort Port, ImmutableArray<Transport> Transports)> Services =
        new Dictionary<string, (ushort, ImmutableArray<Transport>)>(StringComparer.Ordinal)
        {
            ["ftp"] = (21, Tcp), ["ssh"] = (22, Tcp), ["telnet"] = (23, Tcp),
            ["smtp"] = (25, Tcp), ["dns"] = (53, Both), ["domain"] = (53, Both),
            ["dhcp"] = (67, Udp), ["tftp"] = (69, Udp), ["http"] = (80, Tcp),
            ["pop3"] = (110, Tcp), ["ntp"] = (123, Udp), ["imap"] = (143, Tcp),
            ["snmp"] = (161, Udp), ["ldap"] = (389, Tcp), ["https"] = (443, Both),
            ["submissions"] = (465, Tcp), ["smtps"] = (465, Tcp), ["submission"] = (587, Tcp),
            ["ldaps"] = (636, Tcp), ["ftps"] = (990, Tcp), ["imaps"] = (993, Tcp),
            ["pop3s"] = (995, Tcp), ["openvpn"] = (1194, Both), ["mysql"] = (3306, Tcp),
            ["rdp"] = (3389, Both), ["sieve"] = (4190, Tcp), ["postgresql"] = (5432, Tcp),
            ["vnc"] = (5900, Tcp), ["spice"] = (5900, Tcp), ["cockpit"] = (9090, Tcp),
            ["libvirt"] = (16509, Tcp), ["libvirt-tls"] = (16514, Tcp), ["wireguard"] = (51820, Udp),
        }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The ports that a service's name stands for; empty: it is none that is known.</summary>
    public static ImmutableArray<PortScope> OfService(string name) => Services.TryGetValue(name, out (ushort Port, ImmutableArray<Transport> Transports) known)
        ? [.. known.Transports.Select(transport => new PortScope(transport, known.Port, known.Port))] : [];

    /// <summary>Reads one entry of a list of ports; a service that speaks both protocols is two scopes.</summary>
    public static bool Ports(YamlItem item, ProblemList problems, out ImmutableArray<PortScope> value)
    {
        value = [];
        const string expected = "a port such as 22, 5900-5999/tcp, 51820/udp or ssh";
        if (!Values.Text(item, expected, problems, out string text))
        {
            return false;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string head = slash < 0 ? text : text[..slash];
        ImmutableArray<Transport>? transports = slash < 0 ? null : text[(slash + 1)..] switch
        {
            "tcp" => Tcp,
            "udp" => Udp,
            _ => [],
        };
        if (transports is [])
        {
            problems.AddExpected(item, "the protocol tcp or udp after the '/'");
            return false;
        }

        if (Services.TryGetValue(head, out (ushort Port, ImmutableArray<Transport> Transports) service))
        {
            value = [.. (transports ?? service.Transports).Select(transport => new PortScope(transport, service.Port, service.Port))];
            return true;
        }

        if (!TryParseRange(head, out ushort from, out ushort to))
        {
            string? nearest = head.Any(char.IsAsciiDigit) ? null : NearestWord.Find(head, Services.Keys.AsSpan());
            problems.AddExpected(item, expected, nearest is null ? "ports go from 1 to 65535" : $"did you mean '{nearest}'?");
            return false;
        }

        value = [.. (transports ?? Tcp).Select(transport => new PortScope(transport, from, to))];
        return true;
    }

    /// <summary>Reads one TCP port by its number, without a protocol.</summary>
    public static bool Number(YamlItem item, ProblemList problems, out ushort value)
    {
        if (item is YamlText { Text: var text } && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value > 0)
        {
            return true;
        }

        value = 0;
        problems.AddExpected(item, "a port's number, from 1 to 65535");
        return false;
    }

    private static bool TryParseRange(string text, out ushort from, out ushort to)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        string first = dash < 0 ? text : text[..dash];
        string last = dash < 0 ? text : text[(dash + 1)..];
        to = 0;
        return ushort.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out from)
            && ushort.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out to)
            && from >= 1 && from <= to;
    }
}
