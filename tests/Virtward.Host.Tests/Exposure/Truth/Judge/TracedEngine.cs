using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Host.Tests.Exposure.Truth.Judge;

/// <summary>The exposure engine, living one life of a host from a listing on. What listens there says nothing.</summary>
internal sealed class TracedEngine(Ruleset rules, HostNetwork network, int redirects)
{
    private static readonly TracerOptions Quiet = new();

    private readonly Tracer _tracer = new(rules, network, Quiet with { Redirects = redirects });

    /// <summary>An engine for what <c>nft -a list ruleset</c> printed.</summary>
    public static TracedEngine Of(string listing, HostNetwork network) => Of(listing, network, Quiet.Redirects);

    /// <summary>The same where each neighbour may be told of a shorter way so often.</summary>
    public static TracedEngine Of(string listing, HostNetwork network, int redirects) => new(NftTextReader.Read(listing).Value, network, redirects);

    public Trace Trace(Packet packet) => _tracer.Trace(packet);
}
