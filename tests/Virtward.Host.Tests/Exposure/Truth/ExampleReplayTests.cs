using System.Text.Json;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Scene;
using Xunit;

namespace Virtward.Host.Tests.Exposure.Truth;

/// <summary>The rig itself against what another rig observed: the shipped truth files, packet by packet, no engine involved.</summary>
public sealed class ExampleReplayTests
{
    [Theory]
    [InlineData("02-dnat-forward")]
    [InlineData("06-ct-limit-dynamic")]
    public void The_kernel_does_what_the_file_says(string name)
    {
        TruthFile truth = TruthFile.Read(name);
        using var scene = new TruthScene(Layout.Plain);
        Assert.Null(scene.Load(truth.Rules));
        scene.Quiet.OpenTcp(truth.ListeningTcp);
        var prober = new Prober(scene);
        var wrong = new List<string>();

        // One by one: the files' probes share flows, limits and sets, in order. All but those of a count come from one source port.
        int port = Packet.DefaultSourcePort;
        foreach ((string id, Packet packet, JsonElement observed) in truth.Probes)
        {
            Packet sent = packet.SourcePort == Packet.DefaultSourcePort && packet.Before.IsEmpty ? packet with { SourcePort = port += 16 } : packet;
            Observation seen = prober.Run([sent]).Single();
            string expected = Expected(observed);
            string got = Got(seen, observed);
            if (got != expected)
            {
                wrong.Add($"{id}: the file says {expected}, here {got} ({seen})");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static string Expected(JsonElement observed)
    {
        string verdict = observed.GetProperty("verdict").GetString()!;
        var parts = new List<string> { verdict };
        foreach (string name in (string[])["to", "saddr", "daddr", "dport", "accepted_index"])
        {
            if (observed.TryGetProperty(name, out JsonElement value))
            {
                parts.Add($"{name} {value}".Replace(" ", "", StringComparison.Ordinal));
            }
        }

        return string.Join(' ', parts);
    }

    private static string Got(Observation seen, JsonElement observed)
    {
        string verdict = seen.Verdict switch
        {
            Outcome.Accept => "accept",
            Outcome.Limited => "limited",
            Outcome.Reject => "reject",
            _ => "drop",
        };
        var parts = new List<string> { verdict };
        void Add(string name, object? value)
        {
            if (observed.TryGetProperty(name, out _))
            {
                parts.Add($"{name}{value}");
            }
        }

        Add("to", seen.To is null or "host" ? seen.To : Layout.Plain.Of(seen.To).Peer);
        Add("saddr", seen.Source);
        Add("daddr", seen.Destination);
        Add("dport", seen.DestinationPort);
        Add("accepted_index", $"[{string.Join(',', seen.AcceptedIndex)}]");
        return string.Join(' ', parts);
    }
}
