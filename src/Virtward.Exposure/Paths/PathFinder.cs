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

    // What is sent to all of a network is for the host too, and is no way to anybody beyond it.
    private readonly PrefixSet _broadcasts = PrefixSet.Of(network.Interfaces.SelectMany(static one => one.Addresses)
        .Where(static own => own.Address.IsV4 && own.Length < 31).Select(static own => new Prefix(own.Network.Last)));

    /// <summary>Answers a question.</summary>
    public PathAnswer Ask(PathQuestion question)
    {
        var sum = new PathSum(question, _own);
        foreach (Prefix family in (ReadOnlySpan<Prefix>)[Every4, Every6])
        {
            ImmutableArray<Question> questions = [.. Ways(question, family)];
            if (!questions.IsEmpty)
            {
                sum.Add(questions, engine.Ask(questions), _open.Ask(questions), Seen);
            }
        }

        return sum.Answer();
    }

    private IEnumerable<Question> Ways(PathQuestion question, Prefix family)
    {
        PrefixSet to = question.To.Networks.Intersect(PrefixSet.Of(family));
        to = question.To.Name == Zone.Host ? to : to.Subtract(_own).Subtract(_broadcasts);
        if (to.IsEmpty)
        {
            yield break;
        }

        IEnumerable<(string Device, PrefixSet Sources, bool Bridged)> ways = question.From.IsEmpty
            ? [(Tracer.Host, _own.Intersect(Destinations.Routable), false)]
            : question.From.SelectMany(entry => IsNextDoor(entry, question.To)
                ? new[] { (entry.Device, Sources(question, entry), false), (entry.Device, Sources(question, entry), true) }
                : [(entry.Device, Sources(question, entry), false)]);
        foreach ((string device, PrefixSet all, bool bridged) in ways)
        {
            PrefixSet sources = all.Intersect(PrefixSet.Of(family));
            foreach (int protocol in sources.IsEmpty ? [] : question.Protocols)
            {
                yield return new Question(device, to[0].First, protocol == ProtocolNames.Icmp && !family.IsV4 ? ProtocolNames.Icmp6 : protocol, 0)
                {
                    Ports = ProtocolNames.HasPorts(protocol) ? question.Ports : null,
                    From = sources,
                    To = to,
                    Arriving = question.To.Devices,
                    Bridged = bridged,
                    Straight = true,
                };
            }
        }
    }

    private static PrefixSet Sources(PathQuestion question, ZoneEntry entry) => question.Sources ?? entry.Sources ?? PrefixSet.Of(Every4, Every6).Subtract(entry.Others);

    // Rules for IP see a bridge, not its port.
    private string Seen(string device) => network.Interfaces.FirstOrDefault(one => one.Name == device)?.Master is { } master
        && network.Interfaces.Any(one => one.Name == master && one.Kind == "bridge") ? master : device;

    // Behind another port of the same bridge: frames go there without the host's routing, and also by way of it.
    private bool IsNextDoor(ZoneEntry entry, Destination to) => entry.Device != entry.Interface && to.Interfaces.Contains(entry.Interface)
        && network.Interfaces.Any(one => one.Master == entry.Interface && one.Name != entry.Device && to.Devices.Contains(one.Name));
}
