using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>The exposure engine, living one life of a host from a listing on. Nothing listens there, transparently or otherwise.</summary>
internal sealed class TracedEngine(Ruleset rules, HostNetwork network)
{
    private readonly Tracer _tracer = new(rules, network, new TracerOptions { NoTransparentSockets = true });

    /// <summary>An engine for what <c>nft -a list ruleset</c> printed.</summary>
    public static TracedEngine Of(string listing, HostNetwork network) => new(NftTextReader.Read(listing).Value, network);

    public Trace Trace(Packet packet) => _tracer.Trace(packet);
}
