namespace Virtward.Exposure.Reading.NftText;

/// <summary>A place in a listing that a lexer can come back to.</summary>
internal readonly record struct LexerMark(TokenKind Kind, int Start, int End, int Line, int Position, int LineStart, int PreviousEnd);
