using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>For which packets of a state does a condition hold?</summary>
internal sealed class Matcher(Room room, FieldReader fields, ExpressionReader expressions, World world)
{
    /// <summary>What <see cref="Quick"/> answers where it takes more than a comparison of numbers.</summary>
    public const int Later = -1;

    /// <summary>How a note begins that says that a listing does not tell one condition from two.</summary>
    public const string OneOfTwo = "whether nft has loaded as one condition: ";

    /// <summary>The answer where it is a comparison of numbers: all packets or none; else <see cref="Later"/>.</summary>
    public int Quick(MatchStep step, PacketState state)
    {
        if (step.Field is not { } field || step.Twin is not null || SocketLookup.Reads(field))
        {
            return Later;
        }

        if (fields.Read(field, state) is not { } value)
        {
            return BddManager.False;
        }

        if (!value.IsNumber)
        {
            return OfAskedPorts(step, value);
        }

        bool holds;
        UInt128 number = step.ByIndex ? (uint)((field == PacketField.MetaIif ? state.In : state.Out)?.Index ?? 0) : value.Number;
        if (step.IsPlain)
        {
            switch (step.Match.Operator)
            {
                case MatchOperator.Equal:
                    holds = step.First <= number && number <= step.Last;
                    break;
                case MatchOperator.NotEqual:
                    holds = !(step.First <= number && number <= step.Last);
                    break;
                case MatchOperator.AnyBit:
                    holds = (number & step.First) != 0;
                    break;
                case MatchOperator.NoBit:
                    holds = (number & step.First) == 0;
                    break;
                case MatchOperator.Less:
                    holds = number < step.First;
                    break;
                case MatchOperator.LessOrEqual:
                    holds = number <= step.Last;
                    break;
                case MatchOperator.Greater:
                    holds = number > step.Last;
                    break;
                default:
                    holds = number >= step.First;
                    break;
            }
        }
        else if (step.Set is { FilledByPackets: false, Expires: false, ElementStatements.IsEmpty: true } set && set.Contents.Opaque.IsEmpty
            && set.Contents.Parts == 1 && step.Match.Operator is MatchOperator.Equal or MatchOperator.NotEqual)
        {
            ReadOnlySpan<BitValue> key = [value];
            holds = (set.Contents.HasCatchAll || set.Find(key) >= 0) == (step.Match.Operator == MatchOperator.Equal);
        }
        else
        {
            return Later;
        }

        return holds ? BddManager.True : BddManager.False;
    }

    // Of the ports that are asked about, which is all that the packets have, a rule may name all or none.
    private int OfAskedPorts(MatchStep step, in BitValue value)
    {
        if (!step.IsPlain || step.Match.Operator is not (MatchOperator.Equal or MatchOperator.NotEqual)
            || room.AskedPorts is not { } asked || !ReferenceEquals(asked.Bits, value.Bits))
        {
            return Later;
        }

        bool all = step.First <= asked.First && asked.Last <= step.Last;
        bool none = step.Last < asked.First || asked.Last < step.First;
        return !all && !none ? Later : all == (step.Match.Operator == MatchOperator.Equal) ? BddManager.True : BddManager.False;
    }

    /// <summary>The packets for which it holds.</summary>
    public int Match(MatchStep step, PacketState state, CompiledChain chain)
    {
        int holds = Alone(step, state, chain);
        if (step.Twin is not { } twin || Alone(twin, state, chain) is var other && other == holds)
        {
            return holds;
        }

        // Where the kernel has both as one, either is enough.
        (MatchStatement first, MatchStatement second) = Layouts.MayBeOne(step.Match, twin.Match, false) ? (step.Match, twin.Match) : (twin.Match, step.Match);
        int one = room.Unknown($"{OneOfTwo}{TextOf(first.Left)} != {TextOf(first.Right)} {TextOf(second.Left)} != {TextOf(second.Right)}");
        return room.Manager.Or(holds, room.Manager.And(one, other));
    }

    private int Alone(MatchStep step, PacketState state, CompiledChain chain)
    {
        MatchStatement match = step.Match;
        if (match.Left is OpaqueExpression || match.Right is OpaqueExpression)
        {
            string text = $"{TextOf(match.Left)} {match.Operator} {TextOf(match.Right)}";
            room.Note($"not interpreted: {text}");
            return room.Variables.Bit(VariableKind.Unknown, $"{text} #{state.Generation}");
        }

        if (step.Set is { } set)
        {
            BitValue[] key = expressions.ReadParts(match.Left, state, chain, out int defined);
            int inside = BddManager.False;
            foreach ((int here, _) in world.LookUp(set, key, step.KeyText, state))
            {
                inside = room.Manager.Or(inside, here);
            }

            // nft's `tcp flags { a, b }` and the like look values up; only a mask makes a bit test, which stands in the expression.
            bool negated = match.Operator is MatchOperator.NotEqual or MatchOperator.NoBit;
            return room.Manager.And(defined, negated ? BddManager.Not(inside) : inside);
        }

        if (match.Right is SetReferenceExpression missing)
        {
            return room.Unknown($"there is no set {missing.Name}");
        }

        if (match.Left is ConcatExpression)
        {
            return MatchConcat(match, state, chain);
        }

        BitValue left = expressions.Read(match.Left, state, chain, out int leftDefined);
        if (leftDefined == BddManager.False)
        {
            return BddManager.False;
        }

        if (!step.IsPlain)
        {
            return room.Manager.And(leftDefined, Compare(left, match, state, chain));
        }

        if (left.Bits is null || !ReferenceEquals(left.Bits, step.LastBits))
        {
            step.LastAnswer = Plain(left, match.Operator, step.First, step.Last);
            step.LastBits = left.Bits;
        }

        return room.Manager.And(leftDefined, step.LastAnswer);
    }

    private int Plain(in BitValue left, MatchOperator comparison, UInt128 first, UInt128 last)
    {
        ValueSets sets = room.Sets;
        return comparison switch
        {
            MatchOperator.Equal => sets.InRange(left, first, last),
            MatchOperator.NotEqual => BddManager.Not(sets.InRange(left, first, last)),
            MatchOperator.Less => first == 0 ? BddManager.False : sets.InRange(left, 0, first - 1),
            MatchOperator.LessOrEqual => sets.InRange(left, 0, last),
            MatchOperator.Greater => BddManager.Not(sets.InRange(left, 0, last)),
            MatchOperator.GreaterOrEqual => first == 0 ? BddManager.True : BddManager.Not(sets.InRange(left, 0, first - 1)),
            MatchOperator.AnyBit => sets.AnyBit(left, first),
            _ => BddManager.Not(sets.AnyBit(left, first)),
        };
    }

    private int Compare(in BitValue left, MatchStatement match, PacketState state, CompiledChain chain)
    {
        BitValue right = expressions.Read(match.Right, state, chain, out int rightDefined);
        int result = match.Operator switch
        {
            MatchOperator.Equal => room.Sets.Equal(left, right),
            MatchOperator.NotEqual => BddManager.Not(room.Sets.Equal(left, right)),
            _ when right.IsNumber => Plain(left, match.Operator, right.Number, right.Number),
            MatchOperator.AnyBit => Common(left, right),
            MatchOperator.NoBit => BddManager.Not(Common(left, right)),
            MatchOperator.Less => Below(left, right, false),
            MatchOperator.LessOrEqual => Below(left, right, true),
            MatchOperator.Greater => BddManager.Not(Below(left, right, true)),
            _ => BddManager.Not(Below(left, right, false)),
        };
        return room.Manager.And(rightDefined, result);
    }

    private int Common(in BitValue left, in BitValue right)
    {
        int width = Math.Max(left.Width, right.Width);
        BitValue a = left.Resize(width);
        BitValue b = right.Resize(width);
        int any = BddManager.False;
        for (int bit = 0; bit < width; bit++)
        {
            any = room.Manager.Or(any, room.Manager.And(a.Bit(bit), b.Bit(bit)));
        }

        return any;
    }

    private int Below(in BitValue left, in BitValue right, bool orEqual)
    {
        int width = Math.Max(left.Width, right.Width);
        BitValue a = left.Resize(width);
        BitValue b = right.Resize(width);
        int below = orEqual ? BddManager.True : BddManager.False;
        for (int bit = width - 1; bit >= 0; bit--)
        {
            int same = BddManager.Not(room.Manager.Xor(a.Bit(bit), b.Bit(bit)));
            below = room.Manager.IfThenElse(same, below, b.Bit(bit));
        }

        return below;
    }

    private int MatchConcat(MatchStatement match, PacketState state, CompiledChain chain)
    {
        var left = (ConcatExpression)match.Left;
        int defined = BddManager.True;
        int same = BddManager.True;
        for (int part = 0; part < left.Parts.Length; part++)
        {
            Expression? other = match.Right is ConcatExpression right && part < right.Parts.Length ? right.Parts[part] : null;
            BitValue value = expressions.Read(left.Parts[part], state, chain, out int here);
            defined = room.Manager.And(defined, here);
            same = room.Manager.And(same, other switch
            {
                NumberExpression number => room.Sets.Equal(value, number.Value),
                RangeExpression range => room.Sets.InRange(value, range.Range.First, range.Range.Last),
                null => BddManager.False,
                _ => room.Sets.Equal(value, expressions.Read(other, state, chain, out _)),
            });
        }

        return room.Manager.And(defined, match.Operator == MatchOperator.NotEqual ? BddManager.Not(same) : same);
    }

    private static string TextOf(Expression expression) => expression is OpaqueExpression opaque ? opaque.Text : KeyTexts.Of(expression);
}
