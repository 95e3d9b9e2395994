using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// Which rules of a chain may be about a destination port: those that say that port, and those that say none. In a chain of thousands of rules for as many ports, a question
/// about one of them walks past the others without looking.
/// </summary>
internal sealed class PortIndex
{
    // Below, walking past is cheaper.
    private const int FewRules = 16;
    private const int MaxKnown = 1024;

    private readonly CompiledRule[] _rules;
    private readonly (UInt128 First, UInt128 Last)?[] _ports;
    private readonly Dictionary<(uint First, uint Last), int[]> _known = [];

    private PortIndex(CompiledRule[] rules, (UInt128 First, UInt128 Last)?[] ports)
    {
        _rules = rules;
        _ports = ports;
    }

    /// <summary>The index of a chain's rules; null: it has too few, or hardly any names a port.</summary>
    public static PortIndex? Of(CompiledRule[] rules)
    {
        if (rules.Length < FewRules)
        {
            return null;
        }

        (UInt128 First, UInt128 Last)?[] ports = [.. rules.Select(Ports)];
        return ports.Count(static one => one is not null) < FewRules ? null : new PortIndex(rules, ports);
    }

    /// <summary>The places of the rules that may be about one of some ports, in order.</summary>
    public int[] At(uint first, uint last)
    {
        if (!_known.TryGetValue((first, last), out int[]? places))
        {
            if (_known.Count >= MaxKnown)
            {
                _known.Clear();
            }

            _known[(first, last)] = places = [.. Enumerable.Range(0, _rules.Length).Where(at => _ports[at] is not { } ports || (ports.First <= last && first <= ports.Last))];
        }

        return places;
    }

    // A condition that stands before everything that could change the packet, so that the port is the one that the packet has now.
    private static (UInt128 First, UInt128 Last)? Ports(CompiledRule rule)
    {
        for (int at = 0; at < rule.Leading; at++)
        {
            if (rule.Steps[at] is MatchStep { IsPlain: true, Match.Operator: MatchOperator.Equal, Field: PacketField.TcpDport or PacketField.UdpDport or PacketField.ThDport } step)
            {
                return (step.First, step.Last);
            }
        }

        return null;
    }
}
