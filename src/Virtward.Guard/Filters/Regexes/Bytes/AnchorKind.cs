namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>The places between characters that an expression can ask for.</summary>
public enum AnchorKind
{
    /// <summary>The begin of the text (<c>\A</c>, and <c>^</c> without the multi-line flag).</summary>
    Begin,

    /// <summary>The begin of the text or of a line (<c>^</c> with the flag).</summary>
    LineBegin,

    /// <summary>The very end (<c>\z</c>).</summary>
    End,

    /// <summary>The end, or before a line feed that ends the text (<c>\Z</c>, and <c>$</c> without the flag).</summary>
    LastLineEnd,

    /// <summary>The end of the text or of a line (<c>$</c> with the flag).</summary>
    LineEnd,

    /// <summary>Between a word character and another (<c>\b</c>).</summary>
    WordEdge,

    /// <summary>Anywhere else (<c>\B</c>).</summary>
    NoWordEdge,
}
