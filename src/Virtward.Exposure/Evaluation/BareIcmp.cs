using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// <c>icmp</c> and <c>icmpv6</c> in rules whose family is settled before them: nft asks for the protocol number only there, which either family can carry;
/// elsewhere it asks for the family, too, by the frame's type on bridges, which a tag hides (payload_gen_dependency, src/payload.c of nftables).
/// </summary>
internal static class BareIcmp
{
    private const int Icmp = 1;
    private const int Icmp6 = 58;
    private const uint Ip4 = 2;
    private const uint Ip6 = 10;
    private const uint EtherIp4 = 0x0800;
    private const uint EtherIp6 = 0x86dd;

    /// <summary>
    /// Whether the family is settled from this statement of a rule on: in tables of both families nft asks for it again behind <c>meta protocol</c>.
    /// </summary>
    public static bool Settles(Statement statement, Family family) => statement switch
    {
        MatchStatement { Left: FieldExpression { Field: PacketField.MetaProtocol } } when family == Family.Inet => false,
        MatchStatement { Operator: MatchOperator.Equal, Left: FieldExpression { Field: var field }, Right: NumberExpression { Value: var value } }
            when field is PacketField.MetaNfProto or PacketField.MetaProtocol or PacketField.EtherType =>
            field == PacketField.MetaNfProto ? value == Ip4 || value == Ip6 : value == EtherIp4 || value == EtherIp6,
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
        FieldExpression field => field.Field is >= PacketField.IpVersion and <= PacketField.Ip6Daddr,
        BinaryExpression binary => Asks(binary.Left) || Asks(binary.Right),
        ConcatExpression concat => concat.Parts.Any(Asks),
        _ => false,
    };

    private static Expression In(Expression expression) => expression switch
    {
        FieldExpression { Field: PacketField.IcmpType } => new BareIcmpExpression(Icmp, Slot.IcmpType),
        FieldExpression { Field: PacketField.IcmpCode } => new BareIcmpExpression(Icmp, Slot.IcmpCode),
        FieldExpression { Field: PacketField.Icmp6Type } => new BareIcmpExpression(Icmp6, Slot.IcmpType),
        FieldExpression { Field: PacketField.Icmp6Code } => new BareIcmpExpression(Icmp6, Slot.IcmpCode),
        BinaryExpression binary when In(binary.Left) is var left && !ReferenceEquals(left, binary.Left) => binary with { Left = left },
        ConcatExpression concat when concat.Parts.Any(static part => !ReferenceEquals(In(part), part)) => concat with { Parts = [.. concat.Parts.Select(In)] },
        _ => expression,
    };
}
