using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Paths;

/// <summary>
/// Answers questions about whole destinations, exactly: source, destination address and port are all open at once, and one walk through the rules decides about all of
/// them. Not for two threads at once.
/// </summary>
/// <param name="engine">The host's engine.</param>
/// <param name="network">The host's network.</param>
public sealed class PathFinder(ExposureEngine engine, HostNetwork network)
{
    // Who could get where if there were no rule: what "anyone" and "all of it" are measured against.
    private readonly ExposureEngine _open = new(Ruleset.Empty, network);

    private static readonly Prefix Every4 = Prefix.Parse("0.0.0.0/0");
    private static readonly Prefix Every6 = Prefix.Parse("::/0");

    private readonly PrefixSet _own = PrefixSet.Of(EndpointFinder.OwnAddresses(network).Select(static address => new Prefix(address)));

    /// <summary>Answers a question.</summary>
    public PathAnswer Ask(PathQuestion question)
    {
        var ports = new Dictionary<int, PortSet>();
        SourceTally tally = Ask(engine, question, ports);
        SourceSets sets = tally.Sum();
        SourceSets open = Ask(_open, question, []).Sum();
        PrefixSet possible = open.Accepted.Union(open.Limited).Union(open.Unproven);
        string words = question.From.IsEmpty ? OfHost(sets) : PathWords.Who(SourceWords.Describe(sets, possible, _own, tally.Asked), question);
        return new PathAnswer(sets, tally.Asked)
        {
            Ports = [.. question.Protocols.Where(protocol => !ports.GetValueOrDefault(protocol, PortSet.Empty).IsEmpty).Select(protocol => new ProtocolPorts(protocol, ports[protocol]))],
            Via = tally.Via,
            Bridged = tally.Bridged,
            // A translation may lead where no route does.
            Words = words == "nobody" && !question.From.IsEmpty ? SourceWords.Describe(sets, tally.Asked, _own) : words,
            Whole = sets.Destinations.Equals(open.Destinations),
        };
    }

    private SourceTally Ask(ExposureEngine asked, PathQuestion question, Dictionary<int, PortSet> ports)
    {
        var tally = new SourceTally();
        foreach (Prefix family in (ReadOnlySpan<Prefix>)[Every4, Every6])
        {
            PrefixSet to = question.To.Networks.Intersect(PrefixSet.Of(family));
            to = question.To.Name == Zone.Host ? to : to.Subtract(_own);
            if (to.IsEmpty)
            {
                continue;
            }

            if (question.From.IsEmpty)
            {
                Ask(asked, question, new Way(Tracer.Host, Tracer.Host, false, _own.Intersect(PrefixSet.Of(family)).Intersect(Destinations.Routable), to), tally, ports);
            }

            foreach (ZoneEntry entry in question.From)
            {
                var way = new Way(entry.Device, entry.Interface, false, (question.Sources ?? entry.Sources ?? PrefixSet.Of(family)).Intersect(PrefixSet.Of(family)), to);
                Ask(asked, question, way, tally, ports);
                if (IsNextDoor(entry, question.To))
                {
                    Ask(asked, question, way with { Bridged = true }, tally, ports);
                }
            }
        }

        return tally;
    }

    private static void Ask(ExposureEngine asked, PathQuestion question, Way way, SourceTally tally, Dictionary<int, PortSet> ports)
    {
        if (way.Sources.IsEmpty)
        {
            return;
        }

        foreach (int protocol in question.Protocols)
        {
            bool v6 = !way.To[0].IsV4;
            var one = new Question(way.Device, way.To[0].First, protocol == ProtocolNames.Icmp && v6 ? ProtocolNames.Icmp6 : protocol, 0)
            {
                Ports = ProtocolNames.HasPorts(protocol) ? question.Ports : null,
                From = way.Sources,
                To = way.To,
                Arriving = question.To.Devices,
                Bridged = way.Bridged,
                Straight = true,
            };
            SourceSets answer = asked.Ask(one);
            tally.Add(one, way.Interface, way.Sources, answer);
            PortSet open = ProtocolNames.HasPorts(protocol) || answer.OpenPorts.IsEmpty ? answer.OpenPorts : PortSet.All;
            ports[protocol] = ports.GetValueOrDefault(protocol, PortSet.Empty).Union(open);
        }
    }

    // Behind another port of the same bridge: frames go there without the host's routing, and also by way of it.
    private bool IsNextDoor(ZoneEntry entry, Destination to) => entry.Device != entry.Interface && to.Interfaces.Contains(entry.Interface)
        && network.Interfaces.Any(one => one.Master == entry.Interface && one.Name != entry.Device && to.Devices.Contains(one.Name));

    private static string OfHost(SourceSets sets) => !sets.Accepted.IsEmpty ? "the host"
        : !sets.Limited.IsEmpty ? "the host, sometimes"
        : !sets.Unproven.IsEmpty ? "unproven: the host" : "nobody";

    private readonly record struct Way(string Device, string Interface, bool Bridged, PrefixSet Sources, PrefixSet To);
}
