using System.Collections.Immutable;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>What stands between a set's braces.</summary>
internal sealed class ElementParser(ParseContext context)
{
    /// <summary>The most fields of a concatenation that the kernel takes.</summary>
    private const int MaxParts = 16;

    private readonly NftLexer _lexer = context.Lexer;

    /// <summary>A set or map written out in a rule, from its opening brace; null where its key is unknown or the text ends inside.</summary>
    /// <param name="keys">How its keys are written.</param>
    /// <param name="isMap">Whether elements yield something.</param>
    /// <param name="data">How that is written.</param>
    public SetExpression? Anonymous(ImmutableArray<ValueShape> keys, bool isMap, ImmutableArray<ValueShape> data)
    {
        if (context.Depth >= ParseContext.MaxDepth || keys.Length > MaxParts)
        {
            return null;
        }

        context.Depth++;
        var builder = new SetBuilder(keys.Length);
        bool whole = Parse(keys, isMap, data, builder);
        context.Depth--;
        return whole ? new SetExpression(builder.Build()) : null;
    }

    /// <summary>Elements, from the opening brace past the closing one. False where the text ends inside.</summary>
    public bool Parse(ImmutableArray<ValueShape> keys, bool isMap, ImmutableArray<ValueShape> data, SetBuilder builder)
    {
        _lexer.Next();
        while (true)
        {
            _lexer.SkipNewLines();
            if (_lexer.Take('}'))
            {
                return true;
            }

            if (_lexer.Kind == TokenKind.End)
            {
                return false;
            }

            int start = _lexer.Start;
            int line = _lexer.Line;
            int column = _lexer.Column;
            if (!Element(keys, isMap, data, builder) && !Skip(start, line, column, builder))
            {
                return false;
            }

            _lexer.SkipNewLines();
            if (!_lexer.Take(',') && !_lexer.IsSymbol('}'))
            {
                return false;
            }
        }
    }

    private bool Element(ImmutableArray<ValueShape> keys, bool isMap, ImmutableArray<ValueShape> data, SetBuilder builder)
    {
        if (keys.Length is 0 or > MaxParts)
        {
            return false;
        }

        Span<ValueRange> key = stackalloc ValueRange[keys.Length];
        bool catchAll = _lexer.Take("*");
        for (int part = 0; part < keys.Length && !catchAll; part++)
        {
            if ((part > 0 && !_lexer.Take(".")) || !Key(keys[part], out key[part]))
            {
                return false;
            }
        }

        long timeout = 0;
        long expires = 0;
        if (!Options(builder, ref timeout, ref expires))
        {
            return false;
        }

        MapData? yields = null;
        if (isMap)
        {
            if (!_lexer.Take(":") || (yields = Data(data)) is null || !Options(builder, ref timeout, ref expires))
            {
                return false;
            }
        }

        if (!_lexer.IsSymbol(',') && !_lexer.IsSymbol('}') && _lexer.Kind != TokenKind.NewLine)
        {
            return false;
        }

        if (catchAll)
        {
            builder.AddCatchAll(yields);
        }
        else
        {
            builder.Add(key, yields, expires != 0 ? expires : timeout);
        }

        return true;
    }

    private bool Key(ValueShape shape, out ValueRange range)
    {
        if (!context.Expressions.TryRange(shape, out range))
        {
            return false;
        }

        while (_lexer.Take('|'))
        {
            if (!range.IsSingle || !context.Expressions.TryRange(shape, out ValueRange more) || !more.IsSingle)
            {
                return false;
            }

            range = ValueRange.Single(range.First | more.First);
        }

        return true;
    }

    private bool Options(SetBuilder builder, ref long timeout, ref long expires)
    {
        while (_lexer.Kind == TokenKind.Word)
        {
            switch (_lexer.Text)
            {
                case "timeout" or "expires":
                    bool isTimeout = _lexer.Is("timeout");
                    _lexer.Next();
                    if (_lexer.Take("never"))
                    {
                        break;
                    }

                    if (_lexer.Kind != TokenKind.Word || !ValueText.TryDuration(_lexer.Text, out UInt128 seconds) || seconds > long.MaxValue)
                    {
                        return false;
                    }

                    (timeout, expires) = isTimeout ? ((long)seconds, expires) : (timeout, Math.Max((long)seconds, 1));
                    _lexer.Next();
                    break;
                case "comment":
                    _lexer.Next();
                    if (_lexer.TakeName() is null)
                    {
                        return false;
                    }

                    break;
                case "counter" or "limit" or "quota" or "ct" or "last":
                    if (context.Statements.Stateful() is not { } statement)
                    {
                        return false;
                    }

                    builder.AddStatement(statement);
                    break;
                default:
                    return true;
            }
        }

        return true;
    }

    private MapData? Data(ImmutableArray<ValueShape> shapes)
    {
        if (shapes is [{ Type: DataType.Verdict }])
        {
            return context.Statements.Verdict() is { } verdict ? new VerdictData(verdict.Verdict) : null;
        }

        if (shapes is [{ Type: DataType.Object }])
        {
            return _lexer.TakeName() is { } name ? new ObjectData(name) : null;
        }

        ImmutableArray<ValueRange>.Builder parts = ImmutableArray.CreateBuilder<ValueRange>(Math.Max(1, shapes.Length));
        bool guess = shapes is [] or [{ Guess: true }];
        do
        {
            if (!Key(guess ? ValueShape.Unknown : shapes[parts.Count], out ValueRange range))
            {
                return null;
            }

            parts.Add(range);
        }
        while ((guess || parts.Count < shapes.Length) && parts.Count < MaxParts && _lexer.Take("."));
        return guess || parts.Count == shapes.Length ? new ValueData(parts.DrainToImmutable()) : null;
    }

    /// <summary>Leaves an element out that was not understood.</summary>
    private bool Skip(int start, int line, int column, SetBuilder builder)
    {
        int depth = 0;
        while (!(depth == 0 && (_lexer.IsSymbol(',') || _lexer.IsSymbol('}'))))
        {
            if (_lexer.Kind == TokenKind.End)
            {
                return false;
            }

            depth += _lexer.IsSymbol('{') ? 1 : _lexer.IsSymbol('}') ? -1 : 0;
            _lexer.Next();
        }

        string text = _lexer.Slice(start, _lexer.PreviousEnd);
        builder.AddOpaque(text);
        context.Notes.Add("an element that was not understood", text, line, column);
        return true;
    }
}
