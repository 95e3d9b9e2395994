using System.Collections.Immutable;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>Rules, and chains without a name that stand inside them.</summary>
internal sealed class RuleParser(ParseContext context)
{
    private readonly NftLexer _lexer = context.Lexer;

    /// <summary>The rule that begins here, up to the end of its line.</summary>
    public Rule Parse()
    {
        int start = _lexer.Start;
        int end = start;
        _lexer.Handle = 0;
        ImmutableArray<Statement>.Builder statements = ImmutableArray.CreateBuilder<Statement>();
        while (_lexer.Kind is not (TokenKind.NewLine or TokenKind.End) && !_lexer.IsSymbol('}') && !_lexer.IsSymbol(';'))
        {
            LexerMark mark = _lexer.Mark();
            int column = _lexer.Column;
            if (context.Statements.Parse() is { } statement)
            {
                statements.Add(statement);
                end = _lexer.PreviousEnd;
                continue;
            }

            // Nobody knows where the unknown statement ends: the rest of the rule is opaque, with whatever verdict stands there.
            _lexer.Return(mark);
            end = _lexer.SkipLine();
            string text = _lexer.Slice(mark.Start, end);
            statements.Add(new OpaqueStatement(text, MayDecide: true));
            context.Notes.Add("a statement that was not understood", text, mark.Line, column);
            break;
        }

        _ = _lexer.Take(';');
        return new Rule(_lexer.Handle, _lexer.Slice(start, end), statements.ToImmutable());
    }

    /// <summary>A chain in braces behind <c>jump</c> or <c>goto</c>: the name that it gets; null where the text ends inside.</summary>
    public string? InnerChain()
    {
        if (context.Depth >= ParseContext.MaxDepth)
        {
            return null;
        }

        context.Depth++;
        long handle = _lexer.Handle;
        _lexer.Next();
        ImmutableArray<Rule>.Builder rules = ImmutableArray.CreateBuilder<Rule>();
        while (_lexer.Kind != TokenKind.End && !_lexer.IsSymbol('}'))
        {
            if (_lexer.Kind == TokenKind.NewLine)
            {
                _lexer.Next();
                continue;
            }

            rules.Add(Parse());
        }

        context.Depth--;
        if (!_lexer.IsSymbol('}'))
        {
            return null;
        }

        // The comment with the outer rule's handle stands behind the brace, or has been met before it.
        _lexer.Handle = handle;
        _lexer.Next();
        // nft keeps such names for itself, so that no chain of the table can have it.
        string name = $"__chain{context.InnerChains.Count}";
        context.InnerChains.Add(new Chain(name, 0, null, rules.ToImmutable()));
        return name;
    }
}
