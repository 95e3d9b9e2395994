using System.Text;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>What the engine says of packets, held against what a kernel did with them.</summary>
public sealed class PacketTruthTests
{
    [Theory]
    [InlineData("02-dnat-forward")]
    [InlineData("06-ct-limit-dynamic")]
    public void Every_probe_ends_as_it_did_in_the_kernel(string name)
    {
        TruthFile truth = TruthFile.Read(name);
        Ruleset rules = NftTextReader.Read(truth.Rules).Value;
        var tracer = new Tracer(rules, truth.Network, new TracerOptions { ListeningTcp = truth.Listening });
        var differences = new StringBuilder();
        foreach ((string id, Packet packet, JsonElement observed) in truth.Probes)
        {
            Trace trace = tracer.Trace(packet);
            if (Difference(packet, observed, trace) is { } difference)
            {
                differences.AppendLine($"{id}: {difference}");
                foreach (Decision why in trace.Why)
                {
                    differences.AppendLine($"    {why}");
                }
            }
        }

        Assert.True(differences.Length == 0, differences.ToString());
    }

    private static string? Difference(Packet packet, JsonElement observed, Trace trace)
    {
        string wanted = observed.GetProperty("verdict").GetString()!;
        string found = trace.Verdict.ToString().ToLowerInvariant();
        if (wanted != found)
        {
            return $"the kernel: {observed}, the engine: {found} {string.Join("; ", trace.DependsOn)}";
        }

        if (observed.TryGetProperty("accepted_index", out JsonElement indices) && packet.Count > 1
            && !indices.EnumerateArray().Select(index => index.GetInt32()).SequenceEqual(trace.AcceptedIndex))
        {
            return $"accepted {indices}, the engine: {string.Join(',', trace.AcceptedIndex)}";
        }

        if (wanted is "accept" or "limited")
        {
            if (observed.TryGetProperty("to", out JsonElement to) && TruthFile.Places.GetValueOrDefault(to.GetString()!, to.GetString()!) != trace.To)
            {
                return $"to {to}, the engine: {trace.To}";
            }

            if (observed.TryGetProperty("daddr", out JsonElement destination) && Address.Parse(destination.GetString()!) != trace.Destination)
            {
                return $"for {destination}, the engine: {trace.Destination}";
            }

            if (observed.TryGetProperty("saddr", out JsonElement source) && Address.Parse(source.GetString()!) != trace.Source)
            {
                return $"from {source}, the engine: {trace.Source}";
            }

            if (observed.TryGetProperty("dport", out JsonElement port) && port.GetInt32() != trace.DestinationPort)
            {
                return $"for port {port}, the engine: {trace.DestinationPort}";
            }
        }

        return observed.TryGetProperty("with", out JsonElement with) && with.GetString() != trace.With ? $"with {with}, the engine: {trace.With}" : null;
    }
}
