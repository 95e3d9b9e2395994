using System.Globalization;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Exposure.Packets;

namespace Virtward.Host.Tests.Exposure.Truth;

/// <summary>A ruleset with probes and what a kernel once did with them (examples/NN-name.*).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rules">What <c>nft -a list ruleset</c> printed.</param>
/// <param name="Probes">The packets, in order, with what was observed.</param>
internal sealed record TruthFile(string Name, string Rules, IReadOnlyList<(string Id, Packet Packet, JsonElement Observed)> Probes)
{
    /// <summary>The TCP ports that somebody listens on.</summary>
    public IReadOnlyList<int> ListeningTcp { get; init; } = [];

    public static TruthFile Read(string name)
    {
        string directory = Path.Combine(AppContext.BaseDirectory, "Exposure", "Truth", "examples");
        using JsonDocument truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(directory, $"{name}.truth.json")));
        return new TruthFile(
            name,
            File.ReadAllText(Path.Combine(directory, $"{name}.ruleset.nft")),
            [.. truth.RootElement.GetProperty("probes").EnumerateArray().Select(static probe =>
                (probe.GetProperty("id").GetString()!, PacketOf(probe), probe.GetProperty("observed").Clone()))])
        {
            ListeningTcp = [.. truth.RootElement.GetProperty("listening_tcp").EnumerateArray().Select(static port => port.GetInt32())],
        };
    }

    private static Packet PacketOf(JsonElement probe)
    {
        int protocol = Text(probe, "proto") switch { "tcp" => 6, "udp" => 17, "icmp" => 1, "icmpv6" => 58, var other => int.Parse(other!, CultureInfo.InvariantCulture) };
        return new Packet
        {
            Iif = Text(probe, "iif")!,
            Source = Address.Parse(Text(probe, "saddr")!),
            Destination = Address.Parse(Text(probe, "daddr")!),
            Protocol = protocol,
            SourcePort = Number(probe, "sport") ?? Packet.DefaultSourcePort,
            DestinationPort = Number(probe, "dport") ?? 0,
            TcpFlags = Flags(Text(probe, "flags") ?? "S"),
            Ttl = Number(probe, "ttl") ?? 64,
            IcmpType = Number(probe, "type"),
            Bridged = Text(probe, "l2") == "bridge",
            Vlan = Number(probe, "vlan"),
            SourceMac = Text(probe, "smac") is { } mac ? Convert.ToUInt64(mac.Replace(":", "", StringComparison.Ordinal), 16) : null,
            Count = Number(probe, "count") ?? 1,
            Before = probe.TryGetProperty("pre", out JsonElement before) ? [.. before.EnumerateArray().Select(PacketOf)] : [],
        };
    }

    private static int Flags(string letters) => letters.Sum(static letter => 1 << "FSRPAUEC".IndexOf(letter, StringComparison.Ordinal));

    private static string? Text(JsonElement probe, string name) => probe.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static int? Number(JsonElement probe, string name) => probe.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;
}
