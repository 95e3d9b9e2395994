using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// <c>icmp</c> in rules that are about IPv6: where the family is settled already, nft asks for the protocol number only, and IPv6 carries that one, too
/// (proto_ip6, src/proto.c of nftables).
/// </summary>
internal static class BareIcmp
{
    private const uint Ip6 = 10;
    private const uint EtherIp6 = 0x86dd;

    /// <summary>Whether a rule is about IPv6 from this statement on.</summary>
    public static bool IsAboutV6(Statement statement) => statement switch
    {
        MatchStatement { Operator: MatchOperator.Equal, Left: FieldExpression { Field: var field }, Right: NumberExpression { Value: var value } }
            when field is PacketField.MetaNfProto or PacketField.MetaProtocol or PacketField.EtherType =>
            value == (field == PacketField.MetaNfProto ? Ip6 : EtherIp6),
        MatchStatement match => Asks(match.Left),
        VerdictMapStatement map => Asks(map.Key),
        _ => false,
    };

    /// <summary>The statement as the kernel gets it in such a rule.</summary>
    public static Statement In(Statement statement) => statement switch
    {
        MatchStatement match when In(match.Left) is var left && !ReferenceEquals(left, match.Left) => match with { Left = left },
        VerdictMapStatement map when In(map.Key) is var key && !ReferenceEquals(key, map.Key) => map with { Key = key },
        _ => statement,
    };

    private static bool Asks(Expression expression) => expression switch
    {
        FieldExpression field => field.Field is >= PacketField.Ip6Version and <= PacketField.Ip6Daddr,
        BinaryExpression binary => Asks(binary.Left) || Asks(binary.Right),
        ConcatExpression concat => concat.Parts.Any(Asks),
        _ => false,
    };

    private static Expression In(Expression expression) => expression switch
    {
        FieldExpression { Field: PacketField.IcmpType } => new BareIcmpExpression(Slot.IcmpType),
        FieldExpression { Field: PacketField.IcmpCode } => new BareIcmpExpression(Slot.IcmpCode),
        BinaryExpression binary when In(binary.Left) is var left && !ReferenceEquals(left, binary.Left) => binary with { Left = left },
        ConcatExpression concat when concat.Parts.Any(static part => !ReferenceEquals(In(part), part)) => concat with { Parts = [.. concat.Parts.Select(In)] },
        _ => expression,
    };
}
