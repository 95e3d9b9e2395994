using System.Collections.Immutable;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>Short ways to make expressions.</summary>
internal static class Make
{
    public static Expression Field(PacketField field) => new FieldExpression(field);

    public static Expression Number(UInt128 value) => new NumberExpression(value);

    /// <summary>A range, or a number where it holds one value.</summary>
    public static Expression Range(ValueRange range) => range.IsSingle ? new NumberExpression(range.First) : new RangeExpression(range);

    public static Expression And(Expression value, UInt128 mask) => new BinaryExpression(BinaryOperator.And, value, Number(mask));

    /// <summary>One range as it is; several as a set.</summary>
    public static Expression Ranges(IReadOnlyCollection<ValueRange> ranges) =>
        ranges.Count == 1 ? Range(ranges.First()) : new SetExpression(new SetContents { Keys = [.. ranges] });

    /// <summary>A set of tuples; the keys one after the other.</summary>
    public static Expression Tuples(int parts, IEnumerable<ValueRange> keys) =>
        new SetExpression(new SetContents { Parts = parts, Keys = [.. keys] });

    public static Expression Concat(params ImmutableArray<Expression> parts) => parts.Length == 1 ? parts[0] : new ConcatExpression(parts);

    /// <summary><c>(old &amp; ~mask) ^ value</c>, as marks and the type of service are set (linux/netfilter/xt_mark.h), within so many bits.</summary>
    public static Expression Exchange(Expression old, UInt128 mask, Expression value, UInt128 allBits)
    {
        mask &= allBits;
        if (mask == allBits)
        {
            return value;
        }

        UInt128 kept = allBits & ~mask;
        Expression rest = mask == 0 ? old : And(old, kept);
        return value switch
        {
            NumberExpression { Value: var bits } when bits == 0 => rest,
            NumberExpression { Value: var bits } when (bits & kept) == 0 => new BinaryExpression(BinaryOperator.Or, rest, value),
            _ => new BinaryExpression(BinaryOperator.Xor, rest, value),
        };
    }
}
