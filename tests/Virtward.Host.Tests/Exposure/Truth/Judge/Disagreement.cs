using System.Text;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Generator;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>A packet of which the engine says something else than what the kernel did.</summary>
/// <param name="Seed">The ruleset's seed.</param>
/// <param name="What">In what they differ.</param>
/// <param name="Layout">How the host stands.</param>
/// <param name="Rules">The ruleset as nft lists it.</param>
/// <param name="Packet">The packet.</param>
/// <param name="Seen">What the kernel did.</param>
/// <param name="Said">What the engine says.</param>
internal sealed record Disagreement(int Seed, string What, Layout Layout, string Rules, Packet Packet, Observation Seen, Trace Said)
{
    private const int Shown = 20;

    /// <summary>The ruleset as it was made; null where it is no random one.</summary>
    public Draft? Draft { get; init; }

    /// <summary>The probes that were sent before it in the same life of the host and matter.</summary>
    public IReadOnlyList<Packet> Earlier { get; init; } = [];

    /// <summary>What disagreements of one cause have in common, roughly.</summary>
    public string Kind => $"{What}: kernel {Seen.Verdict}, engine {Said.Verdict}, {(Said.Why.IsEmpty ? "no why" : Said.Why[^1].Verdict + " at " + Said.Why[^1].Place)}";

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append("seed ").Append(Seed).Append(": ").AppendLine(What);
        if (Earlier.Count > Shown)
        {
            text.AppendLine($"earlier {Earlier.Count - Shown} more");
        }

        foreach (Packet earlier in Earlier.TakeLast(Shown))
        {
            foreach (Packet before in earlier.Before)
            {
                text.Append("earlier before ").AppendLine(Words(before));
            }

            text.Append("earlier ").AppendLine(Words(earlier));
        }

        foreach (Packet before in Packet.Before)
        {
            text.Append("before  ").AppendLine(Words(before));
        }

        text.Append("packet  ").AppendLine(Words(Packet));
        text.Append("kernel  ").AppendLine(Seen.ToString());
        text.Append("engine  ").Append(Said.Verdict);
        if (Said.To is not null)
        {
            text.Append($" to {Said.To} as {Said.Source}:{Said.SourcePort} > {Said.Destination}:{Said.DestinationPort}");
        }

        text.AppendLine(Said.With is null ? "" : $" with {Said.With}");
        foreach (Decision why in Said.Why)
        {
            text.AppendLine($"  why   {why.Place} {why.Family} {why.Table} {why.Chain} #{why.Handle}: {why.Rule} -> {why.Verdict}");
        }

        foreach (string depends in Said.DependsOn)
        {
            text.AppendLine($"  hangs on {depends}");
        }

        foreach ((string name, string value) in Layout.Sysctls)
        {
            text.AppendLine($"sysctl  {name}={value}");
        }

        if (Layout.Commands.Length > 0)
        {
            text.AppendLine(Layout.Commands);
        }

        if (Layout.CommandsV6.Length > 0)
        {
            text.AppendLine(Layout.CommandsV6);
        }

        return text.Append(Rules).ToString();
    }

    /// <summary>A packet in the words of the truth files.</summary>
    public static string Words(Packet packet) =>
        $"iif {packet.Iif} {packet.Source}:{packet.SourcePort} > {packet.Destination}:{packet.DestinationPort} proto {packet.Protocol}"
        + $"{(packet.Protocol == 6 ? $" flags 0x{packet.TcpFlags:x2}" : "")}{(packet.IcmpType is { } type ? $" type {type}" : "")}"
        + $"{(packet.Ttl == 64 ? "" : $" ttl {packet.Ttl}")}{(packet.Bridged ? " l2 bridge" : "")}{(packet.Vlan is { } vlan ? $" vlan {vlan}" : "")}"
        + $"{(packet.SourceMac is { } mac ? $" smac {Link.Text(mac)}" : "")}{(packet.DestinationMac is { } to ? $" dmac {Link.Text(to)}" : "")}{(packet.Count == 1 ? "" : $" count {packet.Count}")}";
}
