using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Virtward.Guard.Filters.Regexes;

/// <summary>
/// Walks through a regular expression's syntax once, to find what all of its matches must hold. It need not understand
/// everything: what it does not know counts as "any text", and a pattern that it cannot follow yields nothing.
/// </summary>
public sealed class RegexLiteralScanner
{
    private const int DeepestNesting = 100;
    private const int MostLiterals = 32;

    private static readonly SearchValues<char> BoundsCharacters = SearchValues.Create("0123456789,");
    private static readonly Piece AnyText = new(null, []);
    private static readonly Piece Nothing = new("", []);

    private readonly string _pattern;
    private int _at;
    private int _depth;
    private bool _ignoreCase;
    private bool _lost;
    private bool _backReference;

    /// <summary>A scanner for one pattern.</summary>
    public RegexLiteralScanner(string pattern) => _pattern = pattern;

    /// <summary>What every match holds at least one of; empty where nothing is known.</summary>
    public ImmutableArray<string> Scan()
    {
        Piece whole = ReadAlternatives(out _);
        ImmutableArray<string> best = whole.Required;
        return _lost || _at != _pattern.Length || Score(best) < RequiredLiterals.ShortestLiteral ? [] : best;
    }

    /// <summary>What is known of a part of the pattern.</summary>
    /// <param name="Exact">The one text that it matches; null where it matches more than one.</param>
    /// <param name="AnyOf">Texts of which every match holds one; empty where none are known.</param>
    private readonly record struct Piece(string? Exact, ImmutableArray<string> AnyOf)
    {
        public ImmutableArray<string> Required => Exact is { Length: > 0 } ? [Exact] : AnyOf;
    }

    private char Current => _at < _pattern.Length ? _pattern[_at] : '\0';

    private bool AtEnd => _at >= _pattern.Length;

    /// <summary>Reads up to the end or an unmatched closing parenthesis.</summary>
    private Piece ReadAlternatives(out int branches)
    {
        bool outerCase = _ignoreCase;
        if (++_depth > DeepestNesting)
        {
            _lost = true;
            _at = _pattern.Length;
        }

        Piece first = ReadSequence();
        branches = 1;
        var union = ImmutableHashSet.CreateRange(first.Required);
        bool known = union.Count > 0;
        while (Current == '|' && !AtEnd)
        {
            _at++;
            branches++;
            ImmutableArray<string> required = ReadSequence().Required;
            known &= !required.IsEmpty;
            union = union.Union(required);
        }

        _depth--;
        _ignoreCase = outerCase;
        return branches == 1 ? first : new Piece(null, known && union.Count <= MostLiterals ? [.. union.Order(StringComparer.Ordinal)] : []);
    }

    private Piece ReadSequence()
    {
        var run = new StringBuilder();
        ImmutableArray<string> best = [];
        bool exact = true;
        while (!AtEnd && Current is not ('|' or ')'))
        {
            Piece piece = ReadAtom();
            (int least, bool once) = ReadQuantifier();
            if (least == 0)
            {
                EndRun();
            }
            else if (piece.Exact is not null)
            {
                run.Append(piece.Exact);
                if (!once)
                {
                    EndRun();
                }
            }
            else
            {
                EndRun();
                best = Better(best, piece.AnyOf);
            }
        }

        return exact ? new Piece(run.ToString(), []) : new Piece(null, Better(best, run.Length > 0 ? [run.ToString()] : []));

        void EndRun()
        {
            best = Better(best, run.Length > 0 ? [run.ToString()] : []);
            run.Clear();
            exact = false;
        }
    }

    private Piece ReadAtom()
    {
        char c = _pattern[_at++];
        switch (c)
        {
            case '^' or '$':
                return Nothing;
            case '(':
                return ReadGroup();
            case '[':
                return ReadClass();
            case '\\':
                return ReadEscape();
            case '.' or '{' or '*' or '+' or '?':
                return AnyText;
            default:
                return Literal(c);
        }
    }

    private Piece Literal(char c) => !char.IsAscii(c) || (_ignoreCase && char.IsAsciiLetter(c)) ? AnyText : new Piece(c.ToString(), []);

    /// <summary>How often the last atom stands there at least, and whether exactly once.</summary>
    private (int Least, bool Once) ReadQuantifier()
    {
        (int Least, bool Once) found = (1, true);
        if (AtEnd)
        {
            return found;
        }

        if (Current is '*' or '?')
        {
            _at++;
            found = (0, false);
        }
        else if (Current == '+')
        {
            _at++;
            found = (1, false);
        }
        else if (Current == '{')
        {
            int close = _pattern.IndexOf('}', _at);
            ReadOnlySpan<char> inside = close < 0 ? default : _pattern.AsSpan(_at + 1, close - _at - 1);
            if (inside.IsEmpty || inside.IndexOfAnyExcept(BoundsCharacters) >= 0)
            {
                return found;
            }

            // Python reads {,3} as {0,3}.
            bool none = inside[0] == ',' || inside[..(inside.IndexOf(',') is >= 0 and int comma ? comma : inside.Length)].Trim('0').IsEmpty;
            found = (none ? 0 : 1, false);
            _at = close + 1;
        }
        else
        {
            return found;
        }

        if (!AtEnd && Current is '?' or '+')
        {
            _at++;
        }

        return found;
    }

    private Piece ReadGroup()
    {
        bool outerCase = _ignoreCase;
        bool zeroWidth = false;
        bool conditional = false;
        if (Current == '?' && !AtEnd)
        {
            _at++;
            char kind = Current;
            if (kind == '#')
            {
                int end = _pattern.IndexOf(')', _at);
                _at = end < 0 ? _pattern.Length : end + 1;
                _lost |= end < 0;
                return Nothing;
            }

            if (kind is '=' or '!')
            {
                zeroWidth = true;
                _at++;
            }
            else if (kind == '(')
            {
                conditional = true;
                SkipTo(')');
            }
            else if (kind is '<' or 'P' or '\'')
            {
                zeroWidth = ReadNamed();
            }
            else if (kind is ':' or '>')
            {
                _at++;
            }
            else if (ReadFlags())
            {
                return Nothing; // (?i): holds to the end of the group around it.
            }
        }

        Piece inner = ReadAlternatives(out int branches);
        _lost |= AtEnd;
        _at++;
        _ignoreCase = outerCase;
        bool unknown = _backReference || (conditional && branches == 1);
        _backReference = false;
        return zeroWidth ? Nothing : unknown ? AnyText : inner;
    }

    /// <summary>Reads a group's name, or a look-behind's sign; whether it is a look-behind.</summary>
    private bool ReadNamed()
    {
        if (Current == 'P')
        {
            _at++;
            if (Current == '=')
            {
                // (?P=name) refers back: any text, up to the parenthesis that the caller takes.
                while (!AtEnd && Current != ')')
                {
                    _at++;
                }

                _backReference = true;
                return false;
            }
        }

        char close = Current == '\'' ? '\'' : '>';
        if (_at + 1 < _pattern.Length && Current == '<' && _pattern[_at + 1] is '=' or '!')
        {
            _at += 2;
            return true;
        }

        _at++;
        SkipTo(close);
        return false;
    }

    /// <summary>Reads <c>i-m:</c> or <c>i)</c>; whether the group ends with its flags.</summary>
    private bool ReadFlags()
    {
        bool on = true;
        for (; !AtEnd && Current is not (':' or ')'); _at++)
        {
            on = Current != '-' && (on || Current == '+');
            _ignoreCase = Current == 'i' ? on : _ignoreCase;
            _lost |= Current == 'x' && on; // White space means nothing then: not worth following.
        }

        bool ends = Current == ')';
        _lost |= AtEnd;
        _at++;
        return ends;
    }

    private Piece ReadClass()
    {
        int start = _at;
        bool negated = Current == '^';
        _at += negated ? 1 : 0;
        int first = _at;
        int nested = 1;
        while (!AtEnd && nested > 0)
        {
            char c = _pattern[_at++];
            if (c == '\\')
            {
                _at++;
            }
            else if (c == '[' && _at - 2 >= first && _pattern[_at - 2] == '-')
            {
                nested++; // [a-z-[aeiou]]
            }
            else if (c == ']' && _at - 1 > first)
            {
                nested--;
            }
        }

        _lost |= nested > 0;
        return !negated && _at - start == 2 && _pattern[start] != '\\' ? Literal(_pattern[start]) : AnyText;
    }

    private Piece ReadEscape()
    {
        if (AtEnd)
        {
            _lost = true;
            return AnyText;
        }

        char c = _pattern[_at++];
        switch (c)
        {
            case 'b' or 'B' or 'A' or 'z' or 'Z' or 'G':
                return Nothing;
            case 'p' or 'P':
                SkipTo('}');
                return AnyText;
            case 'k':
                bool quoted = Current == '\'';
                _at++;
                SkipTo(quoted ? '\'' : '>');
                return AnyText;
            case 'x':
                _at += 2;
                return AnyText;
            case 'u':
                _at += 4;
                return AnyText;
            case 'c':
                _at++;
                return AnyText;
            default:
                while (char.IsAsciiDigit(c) && char.IsAsciiDigit(Current))
                {
                    _at++;
                }

                return char.IsAsciiLetterOrDigit(c) ? AnyText : Literal(c);
        }
    }

    private void SkipTo(char close)
    {
        int end = _at + 1 <= _pattern.Length ? _pattern.IndexOf(close, _at) : -1;
        _lost |= end < 0;
        _at = end < 0 ? _pattern.Length : end + 1;
    }

    private static ImmutableArray<string> Better(ImmutableArray<string> left, ImmutableArray<string> right) =>
        Score(right) > Score(left) ? right : left;

    /// <summary>The length of the shortest: the one that lets most lines through.</summary>
    private static int Score(ImmutableArray<string> literals) => literals.IsEmpty ? 0 : literals.Min(l => l.Length);
}
