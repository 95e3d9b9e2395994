using System.Collections.Immutable;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>Address translation and transparent proxies, with their addresses and ports in every form.</summary>
internal sealed class TranslationParser(ParseContext context)
{
    private static readonly ValueShape Port = ValueShape.Of(DataType.InetService);

    private readonly NftLexer _lexer = context.Lexer;

    /// <summary><c>snat</c>, <c>dnat</c>, <c>masquerade</c> or <c>redirect</c>, from the word behind.</summary>
    public NatStatement? Nat(NatKind kind)
    {
        Family? family = FamilyWord();
        bool prefix = false;
        while (_lexer.Kind == TokenKind.Word && !_lexer.Is("to"))
        {
            if (_lexer.Take("prefix"))
            {
                prefix = true;
            }
            else if (!_lexer.Take("interval") && !_lexer.Take("addr") && !_lexer.Take(".") && !_lexer.Take("port"))
            {
                break;
            }
        }

        Expression? address = null;
        Expression? port = null;
        if (_lexer.Take("to") && !Target(out address, out port))
        {
            return null;
        }

        int start = _lexer.Start;
        while (_lexer.Take("random") || _lexer.Take("fully-random") || _lexer.Take("persistent"))
        {
            if (!_lexer.Take(','))
            {
                break;
            }
        }

        string flags = _lexer.Start == start ? "" : _lexer.Slice(start, _lexer.PreviousEnd).Replace(" ", "", StringComparison.Ordinal);
        return (address ?? port) is null && kind is NatKind.Destination or NatKind.Source
            ? null
            : new NatStatement(kind, family, address, port, prefix, flags);
    }

    /// <summary><c>tproxy</c>, from the word behind.</summary>
    public TproxyStatement? Tproxy()
    {
        Family? family = FamilyWord();
        return _lexer.Take("to") && Target(out Expression? address, out Expression? port) ? new TproxyStatement(family, address, port ?? UnlistedPorts.Port) : null;
    }

    private Family? FamilyWord() => _lexer.Take("ip") ? Family.Ip : _lexer.Take("ip6") ? Family.Ip6 : null;

    private bool Target(out Expression? address, out Expression? port)
    {
        address = null;
        port = null;
        if (_lexer.Kind != TokenKind.Word)
        {
            return false;
        }

        if (_lexer.Text[0] != ':')
        {
            address = Address();
            if (address is null)
            {
                return false;
            }

            if (_lexer.Kind != TokenKind.Word || _lexer.Text[0] != ':')
            {
                return true;
            }
        }

        _lexer.Split(1);
        port = context.Expressions.Parse([Port], Port)?.Value;
        return port is not null;
    }

    /// <summary>An address, and goes on to the <c>:</c> of a port that may be stuck to it.</summary>
    private Expression? Address()
    {
        ReadOnlySpan<char> text = _lexer.Text;
        ValueRange range;
        if (text[0] == '[')
        {
            return Bracketed(text);
        }

        int colon = text.IndexOf(':');
        ReadOnlySpan<char> v4 = colon < 0 ? text : text[..colon];
        if (ValueText.TryParse(DataType.Ipv4Address, 32, v4, out range) && v4.Contains('.'))
        {
            _lexer.Split(v4.Length);
            return Constant(range);
        }

        if (colon >= 0 && ValueText.TryParse(DataType.Ipv6Address, 128, text, out range))
        {
            _lexer.Next();
            return Constant(range);
        }

        return context.Expressions.Parse([ValueShape.Unknown])?.Value;
    }

    private Expression? Bracketed(ReadOnlySpan<char> text)
    {
        int close = text.IndexOf(']');
        if (close < 0 || !ValueText.TryParse(DataType.Ipv6Address, 128, text[1..close], out ValueRange range))
        {
            return null;
        }

        if (text[(close + 1)..].StartsWith("-["))
        {
            int second = text[(close + 3)..].IndexOf(']');
            if (second < 0 || !ValueText.TrySingle(DataType.Ipv6Address, text.Slice(close + 3, second), out UInt128 last) || last < range.First)
            {
                return null;
            }

            range = new ValueRange(range.First, last);
            close += 3 + second;
        }

        _lexer.Split(close + 1);
        return Constant(range);
    }

    private static Expression Constant(ValueRange range) => range.IsSingle ? new NumberExpression(range.First) : new RangeExpression(range);
}
