using System.Collections.Immutable;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>What the parts of the parser share.</summary>
internal sealed class ParseContext
{
    /// <summary>How deep expressions, braces and chains within chains may nest.</summary>
    public const int MaxDepth = 32;

    public ParseContext(string text)
    {
        Lexer = new NftLexer(text);
        Notes = new ReadingNotes(NftTextReader.Source);
        Expressions = new ExpressionParser(this);
        Elements = new ElementParser(this);
        Statements = new StatementParser(this);
        Relations = new RelationParser(this);
        Translations = new TranslationParser(this);
        Rules = new RuleParser(this);
    }

    public NftLexer Lexer { get; }

    public ReadingNotes Notes { get; }

    public ExpressionParser Expressions { get; }

    public ElementParser Elements { get; }

    public StatementParser Statements { get; }

    public RelationParser Relations { get; }

    public TranslationParser Translations { get; }

    public RuleParser Rules { get; }

    /// <summary>The family of the table that is read.</summary>
    public Family Family { get; set; }

    /// <summary>Some rule of the table holds <c>xt match</c> or <c>xt target</c>.</summary>
    public bool HasXtables { get; set; }

    /// <summary>Chains without a name that stand inside rules.</summary>
    public ImmutableArray<Chain>.Builder InnerChains { get; } = ImmutableArray.CreateBuilder<Chain>();

    /// <summary>How deep the parser is.</summary>
    public int Depth { get; set; }

    /// <summary>Notes what stands between two places.</summary>
    public void Note(string what, LexerMark from, int column, string text) => Notes.Add(what, text, from.Line, column);
}
