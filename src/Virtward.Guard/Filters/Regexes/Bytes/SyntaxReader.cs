using System.Buffers;
using System.Text.RegularExpressions;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// Reads a regular expression that .NET has accepted. What it does not know (balancing groups, atomic groups, groups within look-arounds,
/// numbered references, free spacing and the like) it refuses, so that the expression is left to .NET.
/// </summary>
public sealed class SyntaxReader
{
    private const int DeepestNesting = 50;

    private static readonly SearchValues<char> BoundsCharacters = SearchValues.Create("0123456789,");
    private static readonly ByteSet Digits = ByteSet.Where(char.IsAsciiDigit);
    private static readonly ByteSet Words = ByteSet.Where(c => char.IsAsciiLetterOrDigit(c) || c == '_');
    private static readonly ByteSet Spaces = ByteSet.Where(char.IsWhiteSpace);
    private static readonly Syntax Nothing = new Syntax.Sequence([]);

    private readonly string _pattern;
    private readonly Regex _regex;
    private readonly Dictionary<(string, RegexOptions), ByteSet> _classes = [];
    private RegexOptions _flags;
    private bool _refused;
    private int _depth;
    private int _at;

    private SyntaxReader(Regex regex)
    {
        _regex = regex;
        _pattern = regex.ToString();
        _flags = regex.Options & (RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.Singleline);
        _refused = (regex.Options & (RegexOptions.IgnorePatternWhitespace | RegexOptions.RightToLeft | RegexOptions.ECMAScript)) != 0;
    }

    private char Current => _at < _pattern.Length ? _pattern[_at] : '\0';

    private bool AtEnd => _refused || _at >= _pattern.Length;

    /// <summary>Reads an expression; null where it is refused.</summary>
    public static Syntax? Read(Regex regex)
    {
        var reader = new SyntaxReader(regex);
        Syntax syntax = reader.Choice();
        return reader._refused || reader._at != reader._pattern.Length ? null : syntax;
    }

    private Syntax Refuse()
    {
        _refused = true;
        return Nothing;
    }

    // Alternatives, up to the end or a closing parenthesis.
    private Syntax Choice()
    {
        RegexOptions outer = _flags;
        if (++_depth > DeepestNesting)
        {
            return Refuse();
        }

        List<Syntax> branches = [Sequence()];
        while (!AtEnd && Current == '|')
        {
            _at++;
            branches.Add(Sequence());
        }

        _depth--;
        _flags = outer;
        return branches.Count == 1 ? branches[0] : new Syntax.Choice(branches);
    }

    private Syntax.Sequence Sequence()
    {
        var parts = new List<Syntax>();
        while (!AtEnd && Current is not ('|' or ')'))
        {
            parts.Add(Repeated(Atom()));
        }

        return new Syntax.Sequence(parts);
    }

    private Syntax Repeated(Syntax atom)
    {
        (int from, int to) = (1, 1);
        switch (AtEnd ? '\0' : Current)
        {
            case '*':
                (from, to) = (0, int.MaxValue);
                break;
            case '+':
                (from, to) = (1, int.MaxValue);
                break;
            case '?':
                (from, to) = (0, 1);
                break;
            case '{' when Bounds(out from, out to):
                break;
            default:
                return atom;
        }

        _at++;
        bool lazy = Current == '?';
        _at += lazy ? 1 : 0;
        var loop = new Syntax.Loop(atom, from, to, lazy);
        return loop.IsSound ? loop : Refuse();
    }

    // {n}, {n,} or {n,m}, up to the closing brace; anything else is plain text.
    private bool Bounds(out int from, out int to)
    {
        (from, to) = (1, 1);
        int close = _pattern.IndexOf('}', _at);
        ReadOnlySpan<char> inside = close < 0 ? default : _pattern.AsSpan(_at + 1, close - _at - 1);
        int comma = inside.IndexOf(',');
        if (inside.IsEmpty || comma == 0 || inside.IndexOfAnyExcept(BoundsCharacters) >= 0 || inside.Count(',') > 1)
        {
            return false;
        }

        bool read = int.TryParse(comma < 0 ? inside : inside[..comma], out from);
        to = comma < 0 ? from : int.MaxValue;
        read &= comma < 0 || comma == inside.Length - 1 || int.TryParse(inside[(comma + 1)..], out to);
        _refused |= !read;
        _at = close;
        return true;
    }

    private Syntax Atom()
    {
        char c = _pattern[_at++];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                return Class();
            case '\\':
                return Escape();
            case '.':
                return new Syntax.Set((_flags & RegexOptions.Singleline) != 0 ? ByteSet.Of('\n').Or(ByteSet.Of('\n').Others()) : ByteSet.Of('\n').Others());
            case '^':
                return new Syntax.Anchor((_flags & RegexOptions.Multiline) != 0 ? AnchorKind.LineBegin : AnchorKind.Begin);
            case '$':
                return new Syntax.Anchor((_flags & RegexOptions.Multiline) != 0 ? AnchorKind.LineEnd : AnchorKind.LastLineEnd);
            default:
                return Literal(c);
        }
    }

    private Syntax Literal(char c)
    {
        if (!char.IsAscii(c))
        {
            return Refuse();
        }

        ByteSet set = ByteSet.Of(c);
        bool both = (_flags & RegexOptions.IgnoreCase) != 0 && char.IsAsciiLetter(c);
        return new Syntax.Set(both ? set.Or(ByteSet.Of((char)(c ^ 0x20))) : set);
    }

    private Syntax Group()
    {
        if (Current != '?')
        {
            // Only named groups are ever asked for, and numbered references are refused.
            return Closed(Choice());
        }

        _at++;
        RegexOptions outer = _flags;
        Syntax group;
        switch (Current)
        {
            case '#':
                _at = _pattern.IndexOf(')', _at);
                group = Nothing;
                break;
            case ':':
                _at++;
                group = Choice();
                break;
            case '=' or '!':
                bool wanted = _pattern[_at++] == '=';
                group = Plain(Choice(), body => new Syntax.Look(body, false, wanted));
                break;
            case '<' when _pattern[_at + 1] is '=' or '!':
                bool stands = _pattern[_at + 1] == '=';
                _at += 2;
                group = Plain(Choice(), body => body.IsFixed ? new Syntax.Look(body, true, stands) : Refuse());
                break;
            case '<' or '\'':
                group = Number(Current == '<' ? '>' : '\'') is { } number ? new Syntax.Group(number, Choice()) : Refuse();
                break;
            case '(':
                group = Number(')') is { } condition ? Condition(condition) : Refuse();
                break;
            default:
                if (Flags() is not { } flags)
                {
                    return Refuse();
                }

                _flags = flags;
                if (Current == ')')
                {
                    // (?i): to the end of the group around it, whose end gives the flags back.
                    _at++;
                    return Nothing;
                }

                _at++;
                group = Choice();
                break;
        }

        _flags = outer;
        return Closed(group);
    }

    private Syntax Closed(Syntax group)
    {
        _refused |= Current != ')';
        _at++;
        return group;
    }

    private Syntax Plain(Syntax body, Func<Syntax, Syntax> make) => body.Captures ? Refuse() : make(body);

    private Syntax.Condition Condition(int number)
    {
        RegexOptions outer = _flags;
        Syntax yes = Sequence();
        Syntax no = Nothing;
        if (Current == '|')
        {
            _at++;
            no = Sequence();
        }

        _flags = outer;
        return new Syntax.Condition(number, yes, no);
    }

    // The number of the group whose name stands here, in brackets; null where it is none, or one that .NET numbered itself.
    private int? Number(char close)
    {
        int end = _pattern.IndexOf(close, _at + 1);
        string name = end < 0 ? "" : _pattern[(_at + 1)..end];
        _at = end + 1;
        return name.Length > 0 && !char.IsAsciiDigit(name[0]) && _regex.GroupNumberFromName(name) is > 0 and int number ? number : null;
    }

    private RegexOptions? Flags()
    {
        RegexOptions flags = _flags;
        bool on = true;
        for (; Current is not (':' or ')'); _at++)
        {
            RegexOptions flag = Current switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                _ => RegexOptions.None,
            };
            if (flag == RegexOptions.None && Current is not ('-' or 'n'))
            {
                return null;
            }

            on &= Current != '-';
            flags = on ? flags | flag : flags & ~flag;
        }

        return flags;
    }

    private Syntax Class()
    {
        int start = _at - 1;
        _at += Current == '^' ? 1 : 0;
        int first = _at;
        int open = 1;
        while (!AtEnd && open > 0)
        {
            char c = _pattern[_at++];
            if (c == '\\')
            {
                _at++;
            }
            else if (c == '[' && _at - 2 >= first && _pattern[_at - 2] == '-')
            {
                open++; // [a-z-[aeiou]]
            }
            else if (c == ']' && _at - 1 > first)
            {
                open--;
            }
        }

        return open > 0 || _at > _pattern.Length ? Refuse() : new Syntax.Set(Members(_pattern[start.._at]));
    }

    private Syntax Escape()
    {
        char c = Current;
        int start = _at++ - 1;
        switch (c)
        {
            case 'd':
                return new Syntax.Set(Digits);
            case 'D':
                return new Syntax.Set(Digits.Others());
            case 'w':
                return new Syntax.Set(Words);
            case 'W':
                return new Syntax.Set(Words.Others());
            case 's':
                return new Syntax.Set(Spaces);
            case 'S':
                return new Syntax.Set(Spaces.Others());
            case 'b':
                return new Syntax.Anchor(AnchorKind.WordEdge);
            case 'B':
                return new Syntax.Anchor(AnchorKind.NoWordEdge);
            case 'A':
                return new Syntax.Anchor(AnchorKind.Begin);
            case 'z':
                return new Syntax.Anchor(AnchorKind.End);
            case 'Z':
                return new Syntax.Anchor(AnchorKind.LastLineEnd);
            case 'k' when (_flags & RegexOptions.IgnoreCase) == 0 && Current is '<' or '\'':
                return Number(Current == '<' ? '>' : '\'') is { } number ? new Syntax.SameAs(number) : Refuse();
            case 't' or 'n' or 'r' or 'f' or 'v' or 'a' or 'e':
                return new Syntax.Set(Members(_pattern[start.._at]));
            case 'x' or 'u':
                _at += c == 'x' ? 2 : 4;
                return new Syntax.Set(Members(_pattern[start.._at]));
            default:
                return char.IsAsciiLetterOrDigit(c) ? Refuse() : Literal(c);
        }
    }

    // What a class means is .NET's to say: each character is asked for.
    private ByteSet Members(string text)
    {
        if (!_classes.TryGetValue((text, _flags), out ByteSet set))
        {
            // One character and one class take no time, but a busy machine may, so there is no limit that could run out.
            var members = new Regex(text, _flags | RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout);
            _classes.Add((text, _flags), set = ByteSet.Where(c => members.IsMatch(c.ToString())));
        }

        return set;
    }
}
