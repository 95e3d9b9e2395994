using System.Collections.Immutable;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>
/// Expressions: fields and what is made of them. Every method hands back null for what it does not know and leaves the lexer somewhere in it; the
/// rule's parser goes back and makes the place opaque.
/// </summary>
internal sealed class ExpressionParser(ParseContext context)
{
    private readonly NftLexer _lexer = context.Lexer;
    private readonly FieldParser _fields = new(context);

    /// <summary>A field, combination, concatenation or map.</summary>
    /// <param name="data">How the values of a map that ends it are written; empty: as they look.</param>
    /// <param name="expected">How a constant in its place is written; null: none can stand there.</param>
    public TypedExpression? Parse(ImmutableArray<ValueShape> data, ValueShape? expected = null)
    {
        if (context.Depth >= ParseContext.MaxDepth)
        {
            return null;
        }

        context.Depth++;
        TypedExpression? result = Concatenation(data, expected);
        context.Depth--;
        return result;
    }

    /// <summary>A concatenation, which may be of one field.</summary>
    public TypedExpression? Fields(ValueShape? expected = null)
    {
        TypedExpression? first = Binary(expected, 0);
        if (first is null || !_lexer.Is("."))
        {
            return first;
        }

        ImmutableArray<Expression>.Builder parts = ImmutableArray.CreateBuilder<Expression>();
        ImmutableArray<ValueShape>.Builder shapes = ImmutableArray.CreateBuilder<ValueShape>();
        parts.Add(first.Value);
        shapes.AddRange(first.Shapes);
        while (_lexer.Take("."))
        {
            if (Binary(null, 0) is not { } next)
            {
                return null;
            }

            parts.Add(next.Value);
            shapes.AddRange(next.Shapes);
        }

        return new TypedExpression(new ConcatExpression(parts.ToImmutable()), shapes.ToImmutable());
    }

    /// <summary>What a comparison's right side can be: a set, its name, constants, or another expression.</summary>
    public Expression? Right(ImmutableArray<ValueShape> shapes)
    {
        if (_lexer.IsSymbol('{'))
        {
            return context.Elements.Anonymous(shapes, isMap: false, []);
        }

        if (SetName() is { } name)
        {
            return new SetReferenceExpression(name);
        }

        if (shapes.Length == 1)
        {
            return Binary(shapes[0], 0)?.Value;
        }

        ImmutableArray<Expression>.Builder parts = ImmutableArray.CreateBuilder<Expression>();
        foreach (ValueShape shape in shapes)
        {
            if ((parts.Count > 0 && !_lexer.Take(".")) || Binary(shape, 0) is not { } part)
            {
                return null;
            }

            parts.Add(part.Value);
        }

        return new ConcatExpression(parts.ToImmutable());
    }

    /// <summary>The name in <c>@name</c>, and goes on; null where no such thing stands here.</summary>
    public string? SetName()
    {
        if (_lexer.Kind != TokenKind.Word || _lexer.Text.Length < 2 || _lexer.Text[0] != '@')
        {
            return null;
        }

        string name = _lexer.Text[1..].ToString();
        _lexer.Next();
        return name;
    }

    /// <summary>A constant as an interval, and goes on; stays where none stands here.</summary>
    public bool TryRange(ValueShape shape, out ValueRange range)
    {
        range = default;
        if (_lexer.Kind is not (TokenKind.Word or TokenKind.Quoted) || !TryText(shape, out range))
        {
            return false;
        }

        bool quoted = _lexer.Kind == TokenKind.Quoted;
        _lexer.Next();
        if (!quoted && _lexer.Is("[invalid"))
        {
            return TryUntyped(shape, ref range);
        }

        if (quoted && _lexer.Kind == TokenKind.Word && _lexer.Text is ['-', ..])
        {
            // "10:00"-"12:00"
            LexerMark mark = _lexer.Mark();
            _lexer.Split(1);
            if (_lexer.Kind is TokenKind.Word or TokenKind.Quoted && TryText(shape, out ValueRange last) && range.First <= last.Last)
            {
                range = new ValueRange(range.First, last.Last);
                _lexer.Next();
                return true;
            }

            _lexer.Return(mark);
            return false;
        }

        return true;
    }

    /// <summary>Folds two constants; anything else stays an expression.</summary>
    public static Expression Combine(BinaryOperator op, Expression left, Expression right) =>
        left is NumberExpression { Value: UInt128 a } && right is NumberExpression { Value: UInt128 b }
            ? new NumberExpression(op switch
            {
                BinaryOperator.And => a & b,
                BinaryOperator.Or => a | b,
                BinaryOperator.Xor => a ^ b,
                BinaryOperator.ShiftLeft => b > 127 ? 0 : a << (int)b,
                _ => b > 127 ? 0 : a >> (int)b,
            })
            : new BinaryExpression(op, left, right);

    /// <summary>nft 1.0.x marks the ports of a flow's tuple in sets: <c>0x1 [invalid type]-0x5 [invalid type]</c>.</summary>
    private bool TryUntyped(ValueShape shape, ref ValueRange range)
    {
        const string Rest = "type]";
        _lexer.Next();
        if (_lexer.Kind != TokenKind.Word || !_lexer.Text.StartsWith(Rest))
        {
            return false;
        }

        bool isRange = _lexer.Text.Length > Rest.Length && _lexer.Text[Rest.Length] == '-';
        _lexer.Split(Rest.Length);
        if (!isRange)
        {
            return true;
        }

        _lexer.Split(1);
        if (!TryRange(shape, out ValueRange last) || last.Last < range.First)
        {
            return false;
        }

        range = new ValueRange(range.First, last.Last);
        return true;
    }

    private TypedExpression? Concatenation(ImmutableArray<ValueShape> data, ValueShape? expected)
    {
        TypedExpression? key = Fields(expected);
        if (key is null || !_lexer.Take("map"))
        {
            return key;
        }

        ImmutableArray<ValueShape> shapes = data.IsEmpty ? [ValueShape.Unknown] : data;
        if (SetName() is { } name)
        {
            return new TypedExpression(new MapExpression(key.Value, new SetReferenceExpression(name)), shapes);
        }

        return _lexer.IsSymbol('{') && context.Elements.Anonymous(key.Shapes, isMap: true, shapes) is { } map
            ? new TypedExpression(new MapExpression(key.Value, map), shapes)
            : null;
    }

    private TypedExpression? Binary(ValueShape? expected, int level)
    {
        if (context.Depth >= ParseContext.MaxDepth)
        {
            return null;
        }

        context.Depth++;
        TypedExpression? left = Operand(expected);
        while (left is not null && Operator(level) is var (op, precedence))
        {
            _lexer.Next();
            ValueShape shape = op is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight ? new ValueShape(DataType.Integer, 32) : left.Shapes[0];
            TypedExpression? right = Binary(shape, precedence + 1);
            left = right is null ? null : new TypedExpression(Combine(op, left.Value, right.Value), left.Shapes);
        }

        context.Depth--;
        return left;
    }

    private (BinaryOperator Operator, int Precedence)? Operator(int level)
    {
        if (_lexer.Kind is not (TokenKind.Symbol or TokenKind.Word))
        {
            return null;
        }

        (BinaryOperator, int)? found = _lexer.Text switch
        {
            "|" or "or" => (BinaryOperator.Or, 0),
            "^" or "xor" => (BinaryOperator.Xor, 1),
            "&" or "and" => (BinaryOperator.And, 2),
            "<<" or "lshift" => (BinaryOperator.ShiftLeft, 3),
            ">>" or "rshift" => (BinaryOperator.ShiftRight, 3),
            _ => null,
        };
        return found is var (_, precedence) && precedence >= level ? found : null;
    }

    private TypedExpression? Operand(ValueShape? expected)
    {
        if (_lexer.Take('('))
        {
            TypedExpression? inner = Binary(expected, 0);
            return _lexer.Take(')') ? inner : null;
        }

        if (expected is { } shape)
        {
            if (shape.Type == DataType.Hour && OverMidnight(shape) is { } hours)
            {
                return new TypedExpression(hours, shape);
            }

            if (TryRange(shape, out ValueRange range))
            {
                return new TypedExpression(range.IsSingle ? new NumberExpression(range.First) : new RangeExpression(range), shape);
            }

            if (_lexer.Kind == TokenKind.Quoted)
            {
                return Named(shape);
            }
        }

        return _lexer.Kind == TokenKind.Word ? _fields.Parse() : null;
    }

    /// <summary><c>"22:00"-"06:00"</c>: as listed in local time a span of hours can go past midnight. It is the evening and the morning.</summary>
    private SetExpression? OverMidnight(ValueShape shape)
    {
        LexerMark mark = _lexer.Mark();
        if (_lexer.Kind == TokenKind.Quoted && TryText(shape, out ValueRange first))
        {
            _lexer.Next();
            if (_lexer.Kind == TokenKind.Word && _lexer.Text[0] == '-')
            {
                _lexer.Split(1);
                if (_lexer.Kind == TokenKind.Quoted && TryText(shape, out ValueRange last) && first.First > last.Last)
                {
                    _lexer.Next();
                    return Hours(first.First, last.Last);
                }
            }
        }

        _lexer.Return(mark);
        return null;
    }

    /// <summary>The hours from one in the evening to one in the morning.</summary>
    public static SetExpression Hours(UInt128 evening, UInt128 morning)
    {
        const uint LastSecond = 86_399;
        return new SetExpression(new SetContents { Keys = [new ValueRange(0, morning), new ValueRange(evening, LastSecond)] });
    }

    /// <summary>A name whose number stands in a file of the host (marks, realms, users, labels, control groups): it has a value, but an unknown one.</summary>
    private TypedExpression? Named(ValueShape shape)
    {
        if (shape.Type is not (DataType.Mark or DataType.Realm or DataType.Uid or DataType.Gid or DataType.CtLabel or DataType.InterfaceGroup
            or DataType.InetService or DataType.ControlGroup))
        {
            return null;
        }

        string text = _lexer.Slice(_lexer.Start, _lexer.End);
        if (shape.Type != DataType.ControlGroup)
        {
            context.Notes.Add("a name that only the host's own files explain", text, _lexer.Line, _lexer.Column);
        }

        _lexer.Next();
        return new TypedExpression(new OpaqueExpression(text), shape);
    }

    private bool TryText(ValueShape shape, out ValueRange range)
    {
        ReadOnlySpan<char> text = _lexer.Text;
        if (!shape.Guess)
        {
            return ValueText.TryParse(shape.Type, shape.Width, text, out range);
        }

        if (_lexer.Kind == TokenKind.Quoted)
        {
            return ValueText.TryParse(DataType.InterfaceName, 0, text, out range);
        }

        return ValueText.TryParse(DataType.Integer, 0, text, out range)
            || ValueText.TryParse(DataType.Ipv4Address, 0, text, out range)
            || (text.Contains(':') && (ValueText.TryParse(DataType.Ipv6Address, 0, text, out range)
                || ValueText.TryParse(DataType.EtherAddress, 0, text, out range)
                || ValueText.TryParse(DataType.ClassId, 0, text, out range)));
    }
}
