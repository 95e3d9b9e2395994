using System.Buffers;
using System.Globalization;

namespace Virtward.Exposure.Reading.NftText;

/// <summary>
/// Cuts a listing into words, quoted texts and symbols, one at a time: the current one stands in the properties. Comments vanish, and leave behind the
/// handle that they name (<c># handle 7</c>).
/// </summary>
internal sealed class NftLexer
{
    private const string UntranslatedMark = "# xt_";

    private static readonly SearchValues<char> WordEnds = SearchValues.Create(" \t\r\n{}(),;\"#=!<>&|^");

    private readonly string _text;
    private int _position;
    private int _lineStart;

    public NftLexer(string text)
    {
        _text = text;
        _position = text.StartsWith('\uFEFF') ? 1 : 0;
        Next();
    }

    /// <summary>What the current piece is.</summary>
    public TokenKind Kind { get; private set; }

    /// <summary>Where it begins in the text, a quoted one with its quote.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    public int End { get; private set; }

    /// <summary>Its line, from 1.</summary>
    public int Line { get; private set; } = 1;

    /// <summary>Its column, from 1.</summary>
    public int Column => Start - _lineStart + 1;

    /// <summary>Where the piece before it ended.</summary>
    public int PreviousEnd { get; private set; }

    /// <summary>The number of the last <c># handle</c> comment; 0 where none was met since it was cleared.</summary>
    public long Handle { get; set; }

    /// <summary>A comment said that the table which follows belongs to iptables-nft.</summary>
    public bool ManagedByIptables { get; set; }

    /// <summary>Its text, a quoted one's without the quotes.</summary>
    public ReadOnlySpan<char> Text => Kind == TokenKind.Quoted ? _text.AsSpan(Start + 1, End - Start - 2) : _text.AsSpan(Start, End - Start);

    /// <summary>Whether it is this symbol or word (not in quotes).</summary>
    public bool Is(string text) => Kind is TokenKind.Word or TokenKind.Symbol && Text.SequenceEqual(text);

    /// <summary>Whether it is this symbol.</summary>
    public bool IsSymbol(char symbol) => Kind == TokenKind.Symbol && End - Start == 1 && _text[Start] == symbol;

    /// <summary>Goes on where it is this symbol or word.</summary>
    public bool Take(string text)
    {
        if (!Is(text))
        {
            return false;
        }

        Next();
        return true;
    }

    /// <summary>Goes on where it is this symbol.</summary>
    public bool Take(char symbol)
    {
        if (!IsSymbol(symbol))
        {
            return false;
        }

        Next();
        return true;
    }

    /// <summary>A word's or quoted text's characters as a string, and goes on; null for anything else.</summary>
    public string? TakeName()
    {
        if (Kind is not (TokenKind.Word or TokenKind.Quoted))
        {
            return null;
        }

        string name = Text.ToString();
        Next();
        return name;
    }

    /// <summary>A number, and goes on.</summary>
    public bool TakeNumber(out ulong number)
    {
        number = 0;
        if (Kind != TokenKind.Word || !Symbols.ValueText.TryNumber(Text, out UInt128 value) || value > ulong.MaxValue)
        {
            return false;
        }

        number = (ulong)value;
        Next();
        return true;
    }

    /// <summary>Leaves out ends of lines.</summary>
    public void SkipNewLines()
    {
        while (Kind == TokenKind.NewLine)
        {
            Next();
        }
    }

    /// <summary>A piece of the text as it stands; lines that were broken are joined by one space.</summary>
    public string Slice(int start, int end)
    {
        ReadOnlySpan<char> slice = _text.AsSpan(start, Math.Max(0, end - start));
        return slice.Contains('\n')
            ? string.Join(' ', slice.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            : slice.ToString();
    }

    /// <summary>Where the lexer is, to come back to.</summary>
    public LexerMark Mark() => new(Kind, Start, End, Line, _position, _lineStart, PreviousEnd);

    /// <summary>Goes back to a mark.</summary>
    public void Return(LexerMark mark)
    {
        (Kind, Start, End, Line, _position, _lineStart, PreviousEnd) = mark;
    }

    /// <summary>Cuts the current word in two: what is left of the text is the current piece. Nothing is left: the next piece.</summary>
    /// <param name="length">How many characters of the word are done with.</param>
    public void Split(int length)
    {
        PreviousEnd = Start + length;
        if (length >= End - Start)
        {
            Next();
        }
        else
        {
            Start += length;
        }
    }

    /// <summary>Goes on to the end of the line, or past it while a brace is open, and hands back where the text before it ended.</summary>
    public int SkipLine()
    {
        int end = PreviousEnd;
        int depth = 0;
        while (Kind != TokenKind.End && !(depth <= 0 && (Kind == TokenKind.NewLine || IsSymbol('}'))))
        {
            depth += IsSymbol('{') ? 1 : IsSymbol('}') ? -1 : 0;
            end = Kind == TokenKind.NewLine ? end : End;
            Next();
        }

        return end;
    }

    /// <summary>With the current piece behind an opened brace: goes on past the brace that closes it. False where the text ends before.</summary>
    public bool SkipBlock()
    {
        for (int depth = 1; Kind != TokenKind.End; Next())
        {
            depth += IsSymbol('{') ? 1 : IsSymbol('}') ? -1 : 0;
            if (depth == 0)
            {
                Next();
                return true;
            }
        }

        return false;
    }

    /// <summary>Goes on to the next piece.</summary>
    public void Next()
    {
        if (Kind == TokenKind.NewLine)
        {
            Line++;
            _lineStart = End;
        }

        PreviousEnd = End;
        while (true)
        {
            while (_position < _text.Length && _text[_position] is ' ' or '\t' or '\r')
            {
                _position++;
            }

            if (_position < _text.Length && _text[_position] == '#' && !_text.AsSpan(_position).StartsWith(UntranslatedMark))
            {
                Comment();
                continue;
            }

            break;
        }

        Start = _position;
        if (_position >= _text.Length)
        {
            Kind = TokenKind.End;
            End = Start;
            return;
        }

        char c = _text[_position];
        switch (c)
        {
            case '\n':
                Kind = TokenKind.NewLine;
                _position++;
                break;
            case '"':
                Quoted();
                break;
            case '{' or '}' or '(' or ')' or ',' or ';' or '&' or '|' or '^' or '#':
                Kind = TokenKind.Symbol;
                _position++;
                break;
            case '=' or '!' or '<' or '>':
                Kind = TokenKind.Symbol;
                _position++;
                if (_position < _text.Length && (_text[_position] == '=' || (c is '<' or '>' && _text[_position] == c)))
                {
                    _position++;
                }

                break;
            default:
                Kind = TokenKind.Word;
                int length = _text.AsSpan(_position + 1).IndexOfAny(WordEnds);
                _position = length < 0 ? _text.Length : _position + 1 + length;
                break;
        }

        End = _position;
    }

    private void Quoted()
    {
        int rest = _text.AsSpan(_position + 1).IndexOfAny('"', '\n');
        if (rest < 0 || _text[_position + 1 + rest] == '\n' || _text[_position + rest] == '\\')
        {
            // A quote that nothing closes, or one behind a backslash: nft itself knows no escapes, iptables' translations write them, so that nobody can tell where
            // the text ends. It is a symbol that no statement knows.
            Kind = TokenKind.Symbol;
            _position++;
            return;
        }

        Kind = TokenKind.Quoted;
        _position += rest + 2;
    }

    private void Comment()
    {
        int length = _text.AsSpan(_position).IndexOf('\n');
        ReadOnlySpan<char> comment = length < 0 ? _text.AsSpan(_position) : _text.AsSpan(_position, length);
        _position += comment.Length;
        const string HandleMark = "# handle ";
        if (comment.StartsWith(HandleMark))
        {
            ReadOnlySpan<char> number = comment[HandleMark.Length..].Trim();
            int end = number.IndexOf(' ');
            Handle = long.TryParse(end < 0 ? number : number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long handle) ? handle : 0;
        }
        else if (comment.Contains("managed by iptables-nft", StringComparison.Ordinal))
        {
            ManagedByIptables = true;
        }
    }
}
