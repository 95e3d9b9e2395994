using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>Statements that begin with an expression: conditions, verdict maps and changes.</summary>
internal sealed class RelationParser(ParseContext context)
{
    private readonly NftLexer _lexer = context.Lexer;

    /// <summary>The statement that begins here; null where none is understood.</summary>
    public Statement? Parse()
    {
        int start = _lexer.Start;
        if (context.Expressions.Parse([]) is not { } left)
        {
            return null;
        }

        if (_lexer.Take("vmap"))
        {
            return VerdictMap(left);
        }

        if (_lexer.Take("set"))
        {
            return Assign(left, start);
        }

        MatchOperator? written = Operator();
        if (written is not null)
        {
            _lexer.Next();
        }

        return Match(left, written);
    }

    private VerdictMapStatement? VerdictMap(TypedExpression key)
    {
        if (context.Expressions.SetName() is { } name)
        {
            return new VerdictMapStatement(key.Value, new SetReferenceExpression(name));
        }

        return _lexer.IsSymbol('{') && context.Elements.Anonymous(key.Shapes, isMap: true, [ValueShape.Of(DataType.Verdict)]) is { } map
            ? new VerdictMapStatement(key.Value, map)
            : null;
    }

    private Statement? Assign(TypedExpression target, int start)
    {
        if (_lexer.Kind == TokenKind.Quoted && target.Value is FieldExpression { Field: PacketField.MetaSecMark or PacketField.CtSecMark })
        {
            // The name of a secmark object.
            _lexer.Next();
            return new PassStatement(_lexer.Slice(start, _lexer.PreviousEnd));
        }

        Expression? value = target.Shapes is [var shape] && SymbolTable.IsBitmask(shape.Type) && Flags(shape, out UInt128 flags, out bool exact) && !exact
            ? new NumberExpression(flags)
            : context.Expressions.Parse(target.Shapes, target.Shapes[0])?.Value;
        if (value is null)
        {
            return null;
        }

        return target.Value is FieldExpression { Field: PacketField.MetaNfTrace or PacketField.MetaSecMark or PacketField.CtSecMark }
            ? new PassStatement(_lexer.Slice(start, _lexer.PreviousEnd))
            : new AssignStatement(target.Value, value);
    }

    /// <summary>An operator as nft prints it, or in words as iptables' translations have it.</summary>
    private MatchOperator? Operator() => _lexer.Kind is not (TokenKind.Symbol or TokenKind.Word) ? null : _lexer.Text switch
    {
        "==" or "=" or "eq" => MatchOperator.Equal,
        "!=" or "ne" => MatchOperator.NotEqual,
        "<" or "lt" => MatchOperator.Less,
        "<=" or "le" => MatchOperator.LessOrEqual,
        ">" or "gt" => MatchOperator.Greater,
        ">=" or "ge" => MatchOperator.GreaterOrEqual,
        "!" => MatchOperator.NoBit,
        _ => null,
    };

    private MatchStatement? Match(TypedExpression left, MatchOperator? written)
    {
        if (left.Shapes is [var shape] && SymbolTable.IsBitmask(shape.Type) && !_lexer.IsSymbol('{'))
        {
            LexerMark mark = _lexer.Mark();
            if (Flags(shape, out UInt128 flags, out bool exact))
            {
                if (!_lexer.Take("/"))
                {
                    // A list without an operator asks for any of the bits; with one, and where nft prints bits joined by "|", for exactly these
                    // (nft --debug=netlink: a bitwise and, then "cmp neq 0", against a plain cmp).
                    return new MatchStatement(
                        left.Value, written ?? (exact ? MatchOperator.Equal : MatchOperator.AnyBit), new NumberExpression(flags));
                }

                return Flags(shape, out UInt128 mask, out _)
                    ? new MatchStatement(
                        new BinaryExpression(BinaryOperator.And, left.Value, new NumberExpression(mask)), written ?? MatchOperator.Equal, new NumberExpression(flags))
                    : null;
            }

            _lexer.Return(mark);
            return context.Expressions.Right(left.Shapes) is { } other
                ? new MatchStatement(left.Value, written ?? (other is OpaqueExpression ? MatchOperator.AnyBit : MatchOperator.Equal), other)
                : null;
        }

        return context.Expressions.Right(left.Shapes) is { } right ? new MatchStatement(left.Value, written ?? MatchOperator.Equal, right) : null;
    }

    /// <summary>One or more bits, joined by commas, or by <c>|</c> where exactly these are meant.</summary>
    private bool Flags(ValueShape shape, out UInt128 flags, out bool exact)
    {
        flags = 0;
        exact = false;
        bool open = _lexer.Take('(');
        while (true)
        {
            if (!context.Expressions.TryRange(shape, out ValueRange bit) || !bit.IsSingle)
            {
                return false;
            }

            flags |= bit.First;
            if (_lexer.Take('|'))
            {
                exact = true;
            }
            else if (!_lexer.Take(','))
            {
                return !open || _lexer.Take(')');
            }
        }
    }
}
