namespace Virtward.Exposure.Reading.NftText;

/// <summary>What a piece of a listing is.</summary>
internal enum TokenKind
{
    /// <summary>The end of the text.</summary>
    End,

    /// <summary>The end of a line.</summary>
    NewLine,

    /// <summary>A name, number, address, prefix or range.</summary>
    Word,

    /// <summary>Text in quotes.</summary>
    Quoted,

    /// <summary>A brace, comma, semicolon or operator.</summary>
    Symbol,
}
