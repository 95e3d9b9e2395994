using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Virtward.Core.Snapshots;

/// <summary>Reads of a qemu's command line what it listens with (qemu(1)); everything else, secrets among it, is passed over.</summary>
public static class QemuArguments
{
    private const int FirstDisplay = 5900;
    private const int FirstWebsocket = 5700;
    private const int DefaultGdb = 1234;

    /// <summary>Whether a program is a qemu, by its name.</summary>
    public static bool IsQemu(string program) =>
        program.StartsWith("qemu-system", StringComparison.Ordinal) || program is "qemu-kvm" or "kvm" or "qemu";

    /// <summary>The guest's name: <c>-name guest=NAME,…</c> or <c>-name NAME</c>; null: none.</summary>
    public static string? GuestName(ImmutableArray<string> arguments)
    {
        int at = arguments.IndexOf("-name");
        if (at < 0 || at + 1 >= arguments.Length)
        {
            return null;
        }

        ILookup<string, string> options = Options(arguments[at + 1]);
        return options["guest"].FirstOrDefault() ?? options[""].FirstOrDefault();
    }

    /// <summary>What it listens with over TCP.</summary>
    public static ImmutableArray<QemuEndpoint> Endpoints(ImmutableArray<string> arguments)
    {
        ImmutableArray<QemuEndpoint>.Builder endpoints = ImmutableArray.CreateBuilder<QemuEndpoint>();
        for (int i = 0; i < arguments.Length; i++)
        {
            string name = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i][1..] : arguments[i];
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            IEnumerable<QemuEndpoint> found = name switch
            {
                "-s" => [new QemuEndpoint("gdb", "", DefaultGdb)],
                "-vnc" => Vnc(value),
                "-display" when value.StartsWith("vnc=", StringComparison.Ordinal) => Vnc(value[4..]),
                "-spice" => Spice(Options(value)),
                "-gdb" => Stream("gdb", value),
                "-incoming" => Stream("migration", value),
                "-monitor" or "-qmp" or "-qmp-pretty" => Stream("monitor", value),
                "-serial" or "-parallel" => Stream("serial", value),
                "-chardev" => Socket(value),
                _ => [],
            };
            endpoints.AddRange(found);
        }

        return endpoints.ToImmutable();
    }

    private static IEnumerable<QemuEndpoint> Vnc(string value)
    {
        ILookup<string, string> options = Options(value);
        string display = options[""].FirstOrDefault() ?? options["vnc"].FirstOrDefault() ?? "";
        int colon = display.LastIndexOf(':');
        if (display.StartsWith("unix:", StringComparison.Ordinal) || colon < 0
            || !int.TryParse(display.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number > 50000
            || options["reverse"].Any(static word => word is "on" or ""))
        {
            yield break;
        }

        string listen = display[..colon].Trim('[', ']');
        yield return new QemuEndpoint("vnc", listen, FirstDisplay + number);
        foreach (string websocket in options["websocket"].Where(static word => word != "off"))
        {
            int separator = websocket.LastIndexOf(':');
            string port = websocket[(separator + 1)..];
            yield return new QemuEndpoint(
                "vnc-websocket", separator < 0 ? listen : websocket[..separator].Trim('[', ']'), Port(port) is not 0 and int own ? own : FirstWebsocket + number);
        }
    }

    private static IEnumerable<QemuEndpoint> Spice(ILookup<string, string> options)
    {
        string listen = options["addr"].FirstOrDefault() ?? "";
        foreach ((string option, string purpose) in new[] { ("port", "spice"), ("tls-port", "spice-tls") })
        {
            if (Port(options[option].FirstOrDefault()) is not 0 and int port)
            {
                yield return new QemuEndpoint(purpose, listen, port);
            }
        }
    }

    // tcp:HOST:PORT,server=on | telnet:… | websocket:… | tcp::PORT; a migration and gdb listen without being told "server".
    private static IEnumerable<QemuEndpoint> Stream(string purpose, string value)
    {
        if (value.StartsWith('{'))
        {
            return Channel(purpose, value);
        }

        ILookup<string, string> options = Options(value);
        string[] parts = (options[""].FirstOrDefault() ?? "").Split(':');
        bool listens = purpose is "gdb" or "migration" || options["server"].Any(static word => word != "off") || options[""].Skip(1).Contains("server");
        return listens && parts.Length >= 3 && parts[0] is "tcp" or "telnet" or "websocket" or "rdma" && Port(parts[^1]) is not 0 and int port
            ? [new QemuEndpoint(purpose, string.Join(':', parts[1..^1]).Trim('[', ']'), port)]
            : [];
    }

    // -incoming '{"channel-type":"main","addr":{"transport":"socket","type":"inet","host":"…","port":"…"}}'
    private static IEnumerable<QemuEndpoint> Channel(string purpose, string value)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(value);
            JsonElement root = document.RootElement;
            JsonElement address = root.TryGetProperty("addr", out JsonElement inner) && inner.ValueKind == JsonValueKind.Object ? inner : root;
            return Word(address, "type") == "inet" && Port(Word(address, "port")) is not 0 and int port
                ? [new QemuEndpoint(purpose, Word(address, "host") ?? "", port)]
                : [];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static string? Word(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<QemuEndpoint> Socket(string value)
    {
        ILookup<string, string> options = Options(value);
        bool listens = options["server"].Any(static word => word != "off") || options[""].Contains("server");
        return options[""].FirstOrDefault() == "socket" && listens && Port(options["port"].FirstOrDefault()) is not 0 and int port
            ? [new QemuEndpoint((options["id"].FirstOrDefault() ?? "").Contains("monitor", StringComparison.Ordinal) ? "monitor" : "serial", options["host"].FirstOrDefault() ?? "", port)]
            : [];
    }

    private static int Port(string? text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) ? port : 0;

    // qemu's options: separated by commas, a comma doubled is one; a word without "=" has no name.
    private static ILookup<string, string> Options(string value) =>
        value.Replace(",,", "\0", StringComparison.Ordinal).Split(',')
            .Select(static option => option.Replace('\0', ','))
            .Select(static option => option.IndexOf('=', StringComparison.Ordinal) is >= 0 and int equals ? (option[..equals], option[(equals + 1)..]) : ("", option))
            .ToLookup(static pair => pair.Item1, static pair => pair.Item2, StringComparer.Ordinal);
}
