using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Paths;

/// <summary>Puts the engine's answers for both families together.</summary>
/// <param name="question">What was asked.</param>
/// <param name="own">The host's own addresses.</param>
internal sealed class PathSum(PathQuestion question, PrefixSet own)
{
    private readonly Dictionary<int, PortSet> _ports = [];
    private readonly List<string> _via = [];
    private readonly List<(SourceSets Sets, PrefixSet Possible, PrefixSet Asked)> _families = [];
    private bool _bridged;
    private bool _whole = true;

    /// <summary>Adds a family's answer.</summary>
    /// <param name="questions">What the engine was asked.</param>
    /// <param name="sets">Its answer.</param>
    /// <param name="open">Its answer where there are no rules.</param>
    /// <param name="seen">The name by which rules for IP know a device.</param>
    public void Add(ImmutableArray<Question> questions, SourceSets sets, SourceSets open, Func<string, string> seen)
    {
        PrefixSet asked = questions.Select(static one => one.From!).Distinct().Aggregate(PrefixSet.Empty, static (all, one) => all.Union(one));
        _families.Add((sets, open.Accepted.Union(open.Limited).Union(open.Unproven), asked));
        _whole &= sets.Destinations.Equals(open.Destinations) || sets.Destinations.IsEmpty;
        for (int at = 0; at < questions.Length; at++)
        {
            PortSet ports = sets.PortsByQuestion[at];
            if (ports.IsEmpty)
            {
                continue;
            }

            int protocol = questions[at].Protocol == ProtocolNames.Icmp6 ? ProtocolNames.Icmp : questions[at].Protocol;
            _ports[protocol] = _ports.GetValueOrDefault(protocol, PortSet.Empty).Union(ProtocolNames.HasPorts(protocol) ? ports : PortSet.All);
            _via.Add(seen(questions[at].Entry));
            _bridged |= questions[at].Bridged;
        }
    }

    /// <summary>The whole answer.</summary>
    public PathAnswer Answer()
    {
        var witnesses = new List<Witness>();
        SourceSets sum = new(PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty);
        PrefixSet asked = PrefixSet.Empty;
        foreach ((SourceSets sets, _, PrefixSet of) in _families)
        {
            witnesses.AddRange(sets.Witnesses.Where(one => witnesses.All(known => known.Outcome != one.Outcome)));
            asked = asked.Union(of);
            sum = new SourceSets(
                sum.Accepted.Union(sets.Accepted), sum.Limited.Union(sets.Limited), sum.Unproven.Union(sets.Unproven), sum.Rejected.Union(sets.Rejected), sum.Dropped.Union(sets.Dropped))
            {
                DependsOn = [.. sum.DependsOn.Union(sets.DependsOn)],
                Arrivals = [.. sum.Arrivals.Union(sets.Arrivals).Order(StringComparer.Ordinal)],
                OpenPorts = sum.OpenPorts.Union(sets.OpenPorts),
                Destinations = sum.Destinations.Union(sets.Destinations),
            };
        }

        return new PathAnswer(sum with { Witnesses = [.. witnesses] }, asked)
        {
            Ports = [.. question.Protocols.Where(_ports.ContainsKey).Select(protocol => new ProtocolPorts(protocol, _ports[protocol]))],
            Via = [.. _via.Distinct()],
            Bridged = _bridged,
            Words = question.From.IsEmpty ? OfHost(sum) : Who(sum, asked),
            Whole = _whole,
        };
    }

    private string Who(SourceSets sum, PrefixSet asked)
    {
        if (!sum.Accepted.IsDeferred && !sum.Limited.IsDeferred && !sum.Unproven.IsDeferred)
        {
            PrefixSet possible = _families.Aggregate(PrefixSet.Empty, static (all, one) => all.Union(one.Possible));
            return PathWords.Who(Told(sum, possible, asked), question);
        }

        // Sets too large to be made for a few words are measured, each family by itself.
        string[] words = [.. _families.Select(one => Told(one.Sets with { DependsOn = sum.DependsOn }, one.Possible, one.Asked))];
        return words.Distinct().Count() == 1 ? PathWords.Who(words[0], question) : $"{words[0]} over IPv4; {words[1]} over IPv6";
    }

    private string Told(SourceSets sets, PrefixSet possible, PrefixSet asked)
    {
        string words = SourceWords.Describe(sets, possible, own, asked);
        // A translation may lead where no route does.
        return words == "nobody" && !sets.Destinations.IsEmpty ? SourceWords.Describe(sets, asked, own) : words;
    }

    private static string OfHost(SourceSets sets) => !sets.Accepted.IsEmpty ? "the host"
        : !sets.Limited.IsEmpty ? "the host, sometimes"
        : !sets.Unproven.IsEmpty ? "unproven: the host" : "nobody";
}
