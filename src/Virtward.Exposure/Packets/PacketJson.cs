using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Exposure.Packets;

/// <summary>Reads packets from their JSON form; docs/exposure.md names the fields. Unknown fields are passed over: a probe may carry notes.</summary>
public static class PacketJson
{
    // Packets before a packet may not have any of their own beyond this; a test's state is made by a handful.
    private const int MaxDepth = 8;
    private const string Flags = "FSRPAUEC";

    /// <summary>Reads one packet.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <returns>The packet with its id (null where it has none), or what is wrong with it.</returns>
    public static Result<IdentifiedPacket> Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 2 * MaxDepth });
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return new Problem("a packet is a JSON object", Hint: """write {"iif":"eth0","saddr":"…","daddr":"…","proto":"tcp","dport":22}""");
            }

            Result<Packet> packet = ReadPacket(root, 0);
            return packet.IsOk ? new IdentifiedPacket(Id(root), packet.Value) : packet.Problem;
        }
        catch (JsonException broken)
        {
            return new Problem($"this is no JSON: {JsonFailure.Words(broken)}");
        }
    }

    /// <summary>The id's JSON text of an object that is perhaps no packet; null: it has none, or is no JSON object.</summary>
    /// <param name="utf8">What was read.</param>
    public static string? IdOf(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 2 * MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Id(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a packet; fields that have their usual value are left out.</summary>
    public static void Write(Utf8JsonWriter to, Packet packet)
    {
        to.WriteStartObject();
        to.WriteString("iif", packet.Iif);
        to.WriteString("saddr", packet.Source.ToString());
        to.WriteString("daddr", packet.Destination.ToString());
        to.WriteString("proto", ProtocolNames.ToText(packet.Protocol));
        if (ProtocolNames.HasPorts(packet.Protocol))
        {
            to.WriteNumber("sport", packet.SourcePort);
            to.WriteNumber("dport", packet.DestinationPort);
        }

        if (packet.Protocol == ProtocolNames.Tcp && packet.TcpFlags != 2)
        {
            to.WriteNumber("flags", packet.TcpFlags);
        }

        if (packet.Ttl != 64)
        {
            to.WriteNumber("ttl", packet.Ttl);
        }

        if (packet.IcmpType is { } type)
        {
            to.WriteNumber("type", type);
        }

        if (packet.Bridged)
        {
            to.WriteString("l2", "bridge");
        }

        if (packet.Vlan is { } vlan)
        {
            to.WriteNumber("vlan", vlan);
        }

        if (packet.SourceMac is { } from)
        {
            to.WriteString("smac", MacText(from));
        }

        if (packet.DestinationMac is { } at)
        {
            to.WriteString("dmac", MacText(at));
        }

        to.WriteEndObject();
    }

    private static string MacText(ulong mac)
    {
        string digits = mac.ToString("x12", CultureInfo.InvariantCulture);
        return string.Join(':', Enumerable.Range(0, 6).Select(at => digits.Substring(2 * at, 2)));
    }

    // An id is given back as it came, whatever it is: a text or a number.
    private static string? Id(JsonElement root) => root.TryGetProperty("id", out JsonElement id) ? id.GetRawText() : null;

    private static Result<Packet> ReadPacket(JsonElement from, int depth)
    {
        var fields = new JsonFields(from);
        string? iif = fields.Text("iif");
        Address? source = fields.Address("saddr");
        Address? destination = fields.Address("daddr");
        int protocol = fields.Protocol("proto");
        var packet = new Packet
        {
            Iif = iif ?? "",
            Source = source ?? default,
            Destination = destination ?? default,
            Protocol = protocol,
            SourcePort = fields.Number("sport", 0, 65535) ?? (ProtocolNames.HasPorts(protocol) ? Packet.DefaultSourcePort : 0),
            DestinationPort = fields.Number("dport", 0, 65535) ?? 0,
            TcpFlags = fields.Flags("flags", Flags) ?? 2,
            Ttl = fields.Number("ttl", 0, 255) ?? 64,
            IcmpType = fields.Number("type", 0, 255),
            Bridged = fields.Word("l2", "bridge"),
            Vlan = fields.Number("vlan", 0, 4095),
            SourceMac = fields.Mac("smac"),
            DestinationMac = fields.Mac("dmac"),
            Count = fields.Number("count", 1, 100_000) ?? 1,
        };
        var before = ImmutableArray.CreateBuilder<Packet>();
        foreach (JsonElement earlier in fields.List("pre"))
        {
            if (depth >= MaxDepth)
            {
                return new Problem("packets before packets are nested too deep", "pre");
            }

            if (!ReadPacket(earlier, depth + 1).TryGet(out Packet? read, out Problem? problem))
            {
                return problem;
            }

            before.Add(read);
        }

        if (fields.Problem is null && source is { } s && destination is { } d && s.IsV4 != d.IsV4)
        {
            return new Problem($"saddr {s} and daddr {d} are of different families");
        }

        return fields.Problem is { } wrong ? wrong : packet with { Before = before.DrainToImmutable() };
    }

    /// <summary>The fields of one object, read with the first problem remembered.</summary>
    private sealed class JsonFields(JsonElement from)
    {
        public Problem? Problem { get; private set; }

        public string? Text(string name)
        {
            if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.String)
            {
                Wrong($"'{name}' is missing, or no text");
                return null;
            }

            return value.GetString();
        }

        public Address? Address(string name)
        {
            string? text = Text(name);
            if (text is null)
            {
                return null;
            }

            if (Core.Net.Address.TryParse(text, out Address address))
            {
                return address;
            }

            Wrong($"'{name}' is no IP address: '{text}'");
            return null;
        }

        public int Protocol(string name)
        {
            if (!TryGet(name, out JsonElement value))
            {
                Wrong($"'{name}' is missing: write \"tcp\", \"udp\", \"icmp\" or a number");
                return 0;
            }

            string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            if (!ProtocolNames.TryParse(text, out int protocol))
            {
                Wrong($"'{name}' is no protocol: '{text}'");
            }

            return protocol;
        }

        public int? Number(string name, int least, int most)
        {
            if (!TryGet(name, out JsonElement value))
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= least && number <= most)
            {
                return number;
            }

            Wrong($"'{name}' is no number from {least} to {most}: {Short(value)}");
            return null;
        }

        public int? Flags(string name, string letters)
        {
            if (!TryGet(name, out JsonElement value))
            {
                return null;
            }

            if (value.ValueKind == JsonValueKind.Number)
            {
                return Number(name, 0, 255);
            }

            int flags = 0;
            foreach (char letter in value.ValueKind == JsonValueKind.String ? value.GetString()! : "?")
            {
                int bit = letters.IndexOf(char.ToUpperInvariant(letter), StringComparison.Ordinal);
                if (bit < 0)
                {
                    Wrong($"'{name}' has letters other than {letters}: {Short(value)}");
                    return null;
                }

                flags |= 1 << bit;
            }

            return flags;
        }

        public bool Word(string name, string word)
        {
            if (!TryGet(name, out JsonElement value))
            {
                return false;
            }

            string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            if (text != word && text != "host")
            {
                Wrong($"'{name}' is \"{word}\" or \"host\": {Short(value)}");
            }

            return text == word;
        }

        public ulong? Mac(string name)
        {
            if (!TryGet(name, out JsonElement value))
            {
                return null;
            }

            string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
            string digits = text.Replace(":", "", StringComparison.Ordinal);
            if (text.Length == 17 && digits.Length == 12
                && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong mac))
            {
                return mac;
            }

            Wrong($"'{name}' is no hardware address: {Short(value)}");
            return null;
        }

        public IEnumerable<JsonElement> List(string name)
        {
            if (!TryGet(name, out JsonElement value))
            {
                return [];
            }

            if (value.ValueKind == JsonValueKind.Array)
            {
                return [.. value.EnumerateArray()];
            }

            Wrong($"'{name}' is no list");
            return [];
        }

        private bool TryGet(string name, out JsonElement value)
        {
            value = default;
            return from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;
        }

        private void Wrong(string what) => Problem ??= new Problem(what);

        private static string Short(JsonElement value)
        {
            string text = value.GetRawText();
            return text.Length > 40 ? text[..40] + "…" : text;
        }
    }
}
