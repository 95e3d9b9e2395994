using System.Text;
using System.Xml.Linq;
using Virtward.Exposure.Facts.Guests;

namespace Virtward.Hardening.Inventory.Firewall.Firewalld;

/// <summary>A rich rule of a zone or policy.</summary>
/// <param name="Text">In firewalld's rich language, as <c>firewall-cmd --remove-rich-rule</c> takes it.</param>
public sealed record FirewalldRule(string Text)
{
    /// <summary>The source: an address, a network, <c>ipset:NAME</c>, a hardware address; empty: any.</summary>
    public string Source { get; init; } = "";

    /// <summary>Whether it means everybody but the source.</summary>
    public bool NotSource { get; init; }

    /// <summary>The service that it is about; empty: none.</summary>
    public string Service { get; init; } = "";

    /// <summary>The port, <c>22/tcp</c>; empty: none.</summary>
    public string Port { get; init; } = "";

    /// <summary>The source port, <c>53/udp</c>; empty: none.</summary>
    public string SourcePort { get; init; } = "";

    /// <summary>Whether it is about ports, services, protocols or the like at all, or about everything from its source.</summary>
    public bool Whole { get; init; }

    /// <summary>Whether it translates sources (<c>masquerade</c>).</summary>
    public bool Masquerade { get; init; }

    /// <summary>Whether it forwards a port.</summary>
    public bool Forwards { get; init; }

    /// <summary><c>accept</c>, <c>drop</c>, <c>reject</c>, <c>mark</c>; empty: it only logs or forwards.</summary>
    public string Action { get; init; } = "";

    /// <summary>The limit of its action, <c>4/m</c>; empty: none.</summary>
    public string Limit { get; init; } = "";

    /// <summary>Whether it drops or rejects everything of one source.</summary>
    public bool IsBan => Action is "drop" or "reject" && Whole && Source.Length > 0 && !NotSource && !Source.StartsWith("ipset:", StringComparison.Ordinal);

    /// <summary>Reads a <c>&lt;rule&gt;</c>.</summary>
    public static FirewalldRule Read(XElement rule)
    {
        var text = new StringBuilder("rule");
        void Say(string word, string? value) => text.Append(value is null ? "" : $" {word}=\"{value}\"");
        Say("priority", rule.Get("priority") is "0" ? null : rule.Get("priority"));
        Say("family", rule.Get("family"));
        string source = "";
        bool not = false;
        foreach (string end in (ReadOnlySpan<string>)["source", "destination"])
        {
            if (rule.Child(end) is XElement place)
            {
                bool inverted = place.Get("invert") is "yes" or "true" or "True";
                text.Append(' ').Append(end).Append(inverted ? " NOT" : "");
                Say("address", place.Get("address"));
                Say("mac", place.Get("mac"));
                Say("ipset", place.Get("ipset"));
                if (end == "source")
                {
                    source = place.Get("address") ?? (place.Get("ipset") is string set ? $"ipset:{set}" : place.Get("mac") ?? "");
                    not = inverted;
                }
            }
        }

        XElement? element = rule.Elements().FirstOrDefault(static child => child.Name.LocalName
            is "service" or "port" or "source-port" or "protocol" or "icmp-block" or "icmp-type" or "masquerade" or "forward-port" or "tcp-mss-clamp");
        string kind = element?.Name.LocalName ?? "";
        if (element is not null)
        {
            text.Append(' ').Append(kind);
            foreach (string attribute in (ReadOnlySpan<string>)["name", "port", "protocol", "value", "to-port", "to-addr"])
            {
                Say(attribute, element.Get(attribute));
            }
        }

        foreach (string log in (ReadOnlySpan<string>)["log", "nflog", "audit"])
        {
            if (rule.Child(log) is XElement logged)
            {
                text.Append(' ').Append(log);
                Say("prefix", logged.Get("prefix"));
                Say("level", logged.Get("level"));
                Say("limit value", logged.Child("limit").Get("value"));
            }
        }

        XElement? action = rule.Elements().FirstOrDefault(static child => child.Name.LocalName is "accept" or "drop" or "reject" or "mark");
        string limit = action.Child("limit").Get("value") ?? "";
        if (action is not null)
        {
            text.Append(' ').Append(action.Name.LocalName);
            Say("type", action.Get("type"));
            Say("set", action.Get("set"));
            Say("limit value", limit.Length > 0 ? limit : null);
        }

        return new FirewalldRule(text.ToString())
        {
            Source = source,
            NotSource = not,
            Service = kind == "service" ? element.Get("name") ?? "" : "",
            Port = kind == "port" ? PortText(element!) : "",
            SourcePort = kind == "source-port" ? PortText(element!) : "",
            Whole = element is null,
            Masquerade = kind == "masquerade",
            Forwards = kind == "forward-port",
            Action = action?.Name.LocalName ?? "",
            Limit = limit,
        };
    }

    /// <summary>Reads a rule in the rich language, as the running daemon lists it.</summary>
    public static FirewalldRule Parse(string text)
    {
        string place = "";
        string source = "", service = "", port = "", sourcePort = "", action = "", limit = "";
        bool not = false, whole = true, masquerade = false, forwards = false;
        string number = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? word : word[..equals];
            string value = equals < 0 ? "" : word[(equals + 1)..].Trim('"');
            if (equals < 0)
            {
                bool isElement = key is "service" or "port" or "source-port" or "protocol" or "icmp-block" or "icmp-type" or "masquerade" or "forward-port" or "tcp-mss-clamp";
                whole &= !isElement;
                masquerade |= key == "masquerade";
                forwards |= key == "forward-port";
                not |= key == "NOT" && place == "source";
                action = key is "accept" or "drop" or "reject" or "mark" ? key : action;
                place = key is "NOT" or "limit" ? place : key;
                continue;
            }

            switch (place, key)
            {
                case ("source", "address" or "mac"):
                    source = value;
                    break;
                case ("source", "ipset"):
                    source = $"ipset:{value}";
                    break;
                case ("service", "name"):
                    service = value;
                    break;
                case ("port" or "source-port", "port"):
                    number = value;
                    break;
                case ("port", "protocol"):
                    port = $"{number}/{value}";
                    break;
                case ("source-port", "protocol"):
                    sourcePort = $"{number}/{value}";
                    break;
                case ("accept" or "drop" or "reject" or "mark", "value"):
                    limit = value;
                    break;
                default:
                    break;
            }
        }

        return new FirewalldRule(text)
        {
            Source = source, NotSource = not, Service = service, Port = port, SourcePort = sourcePort, Whole = whole, Masquerade = masquerade, Forwards = forwards,
            Action = action, Limit = limit,
        };
    }

    internal static string PortText(XElement port) => $"{port.Get("port") ?? ""}/{port.Get("protocol") ?? ""}";
}
