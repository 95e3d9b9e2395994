using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// For which families the rules have the kernel follow flows at all: it does so only while some rule asks for it (nf_ct_netns_get), be its table dormant.
/// Without flows chains of type nat never run.
/// </summary>
internal sealed class TrackedFamilies
{
    /// <summary>Looks through all rules.</summary>
    public TrackedFamilies(Ruleset ruleset)
    {
        foreach (Table table in ruleset.Tables)
        {
            foreach (Statement statement in table.Chains.SelectMany(static chain => chain.Rules).SelectMany(static rule => rule.Statements))
            {
                if (!Asks(statement))
                {
                    continue;
                }

                Family family = (statement as NatStatement)?.Family ?? table.Family;
                V4 |= family != Family.Ip6;
                V6 |= family != Family.Ip;
            }
        }
    }

    /// <summary>Whether IPv4's flows are followed.</summary>
    public bool V4 { get; }

    /// <summary>Whether IPv6's flows are followed.</summary>
    public bool V6 { get; }

    private static bool Asks(Statement statement) => statement switch
    {
        MatchStatement match => Asks(match.Left) || Asks(match.Right),
        VerdictMapStatement map => Asks(map.Key),
        AssignStatement assign => Asks(assign.Target) || Asks(assign.Value),
        SetUpdateStatement update => Asks(update.Key) || update.Statements.Any(Asks),
        NatStatement or ConnectionCountStatement or SynproxyStatement or ObjectStatement or OpaqueStatement => true,
        _ => false,
    };

    private static bool Asks(Expression expression) => expression switch
    {
        FieldExpression field => field.Field is >= PacketField.CtState and <= PacketField.CtProtocol,
        CtTupleExpression or OpaqueExpression => true,
        BinaryExpression binary => Asks(binary.Left) || Asks(binary.Right),
        ConcatExpression concat => concat.Parts.Any(Asks),
        MapExpression map => Asks(map.Key),
        _ => false,
    };
}
