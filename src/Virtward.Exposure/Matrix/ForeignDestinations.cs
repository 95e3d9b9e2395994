using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// Ways to a listener by packets that are sent to somebody else: routes of type local make whole networks the host's, and <c>tproxy</c> hands what was sent to any port to a
/// socket (Documentation/networking/tproxy.rst). Hosts without either have none.
/// </summary>
internal sealed class ForeignDestinations
{
    private static readonly ImmutableArray<string> ToTheHost = [Tracer.Host];

    private static readonly ImmutableArray<bool> Families = [true, false];

    private readonly PrefixSet _networks;
    private readonly PrefixSet _all;

    /// <summary>Looks for them in a host's rules and routes.</summary>
    public ForeignDestinations(Ruleset ruleset, HostNetwork network)
    {
        HandsOver = ruleset.Tables.SelectMany(static table => table.Chains).SelectMany(static chain => chain.Rules)
            .SelectMany(static rule => rule.Statements).Any(static statement => statement is TproxyStatement);
        PrefixSet local = PrefixSet.Of(network.Routes.Where(static route => route.Type is RouteType.Local).Select(static route => route.Destination)).Intersect(Destinations.Unicast);
        _networks = local.Subtract(PrefixSet.Of(EndpointFinder.OwnAddresses(network).Select(static address => new Prefix(address))));
        _all = local;
    }

    /// <summary>Whether a rule may hand packets to sockets.</summary>
    public bool HandsOver { get; }

    /// <summary>What is to be asked about a listener beside its own addresses, for packets that come in by a device.</summary>
    public IEnumerable<Question> Of(Endpoint endpoint, string device)
    {
        foreach (bool v4 in Families)
        {
            PrefixSet family = PrefixSet.Of(Prefix.Parse(v4 ? "0.0.0.0/0" : "::/0"));
            if (endpoint.Sockets.Any(socket => socket.Wildcard && socket.Takes(!v4)) && _networks.Intersect(family) is { IsEmpty: false } networks)
            {
                yield return new Question(device, networks[0].First, endpoint.Protocol, (int)endpoint.Ports.First)
                {
                    To = networks, Arriving = ToTheHost, Straight = true, Takers = HandsOver ? endpoint.Sockets : [],
                };
            }

            if (HandsOver && endpoint.Sockets.Any(socket => socket.Transparent != false && socket.Takes(!v4)) && _all.Intersect(family) is { IsEmpty: false } all)
            {
                yield return new Question(device, all[0].First, endpoint.Protocol, 0)
                {
                    To = all, Ports = new ValueRange(0, ushort.MaxValue), Arriving = ToTheHost, Takers = endpoint.Sockets, Handed = true,
                };
            }
        }
    }
}
