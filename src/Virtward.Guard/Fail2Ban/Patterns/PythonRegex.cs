using System.Globalization;
using System.Text;

namespace Virtward.Guard.Fail2Ban.Patterns;

/// <summary>
/// Rewrites a regular expression of Python's <c>re</c> into the same one of .NET. Most of the two dialects is one; what differs is
/// listed in Python's re documentation and .NET's "Regular expression language": named groups, group numbers, flags, a few escapes.
/// </summary>
public sealed class PythonRegex
{
    private readonly string _source;
    private readonly StringBuilder _target;
    private readonly List<string> _groups = [];
    private readonly bool _numbered;
    private int _at;

    private PythonRegex(string source)
    {
        _source = source;
        _target = new StringBuilder(source.Length + 16);
        // .NET counts unnamed groups first, Python all in one row: where numbers are used, every group gets a name.
        _numbered = UsesNumbers(source);
    }

    /// <summary>Rewrites a pattern.</summary>
    public static string ToDotNet(string pattern) => new PythonRegex(pattern).Rewrite();

    private string Rewrite()
    {
        while (_at < _source.Length)
        {
            char c = _source[_at];
            switch (c)
            {
                case '\\':
                    Escape(inClass: false);
                    break;
                case '[':
                    Class();
                    break;
                case '(':
                    Group();
                    break;
                case '{' when Rest.StartsWith("{,") && OpenRange() is { } digits:
                    // {,n} is a quantifier to Python and plain text to .NET.
                    _target.Append("{0,").Append(digits).Append('}');
                    _at += digits.Length + 3;
                    break;
                default:
                    _target.Append(c);
                    _at++;
                    break;
            }
        }

        return _target.ToString();
    }

    private ReadOnlySpan<char> Rest => _source.AsSpan(_at);

    private string? OpenRange()
    {
        int end = _at + 2;
        while (end < _source.Length && char.IsAsciiDigit(_source[end]))
        {
            end++;
        }

        return end < _source.Length && _source[end] == '}' ? _source[(_at + 2)..end] : null;
    }

    private void Escape(bool inClass)
    {
        char next = _at + 1 < _source.Length ? _source[_at + 1] : '\0';
        if (next == 'Z' && !inClass)
        {
            // The very end: Python's \Z, .NET's \z (whose \Z allows a newline behind it).
            _target.Append("\\z");
        }
        else if (next == '_')
        {
            _target.Append('_');
        }
        else if (next is >= '1' and <= '9' && !inClass && _numbered)
        {
            int end = _at + 2;
            if (end < _source.Length && char.IsAsciiDigit(_source[end]))
            {
                end++;
            }

            _target.Append("\\k<").Append(NameOf(_source.AsSpan((_at + 1)..end))).Append('>');
            _at = end;
            return;
        }
        else
        {
            _target.Append('\\');
            if (_at + 1 < _source.Length)
            {
                _target.Append(next);
            }
        }

        _at += 2;
    }

    private void Class()
    {
        _target.Append('[');
        _at++;
        if (_at < _source.Length && _source[_at] == '^')
        {
            _target.Append('^');
            _at++;
        }

        bool first = true;
        while (_at < _source.Length && (first || _source[_at] != ']'))
        {
            first = false;
            switch (_source[_at])
            {
                case '\\':
                    Escape(inClass: true);
                    break;
                case '[':
                    // [a-z-[aeiou]] subtracts in .NET; in Python a bracket in a class is a bracket.
                    _target.Append("\\[");
                    _at++;
                    break;
                default:
                    _target.Append(_source[_at++]);
                    break;
            }
        }

        if (_at < _source.Length)
        {
            _target.Append(']');
            _at++;
        }
    }

    private void Group()
    {
        if (Rest.StartsWith("(?P<"))
        {
            int end = Rest.IndexOf('>');
            _groups.Add(end < 0 ? "" : Rest[4..end].ToString());
            _target.Append("(?<");
            _at += 4;
        }
        else if (Rest.StartsWith("(?P=") && Rest.IndexOf(')') is > 0 and int close)
        {
            _target.Append("\\k<").Append(Rest[4..close]).Append('>');
            _at += close + 1;
        }
        else if (_numbered && Rest.StartsWith("(?(") && Rest.IndexOf(')') is > 3 and int condition && char.IsAsciiDigit(Rest[3]))
        {
            _target.Append("(?(").Append(NameOf(Rest[3..condition])).Append(')');
            _at += condition + 1;
        }
        else if (Rest.StartsWith("(?") && Flags() is { } flags)
        {
            _target.Append(flags);
        }
        else if (Rest.StartsWith("(?"))
        {
            _target.Append("(?");
            _at += 2;
        }
        else
        {
            _groups.Add(string.Create(CultureInfo.InvariantCulture, $"g{_groups.Count + 1}_"));
            _target.Append(_numbered ? $"(?<{_groups[^1]}>" : "(");
            _at++;
        }
    }

    // (?iu), (?iu:…): a, L and u choose Python's character tables and have no meaning here. Null: these are no flags.
    private string? Flags()
    {
        int end = _at + 2;
        while (end < _source.Length && (char.IsAsciiLetter(_source[end]) || _source[end] == '-'))
        {
            end++;
        }

        if (end == _at + 2 || end >= _source.Length || _source[end] is not (')' or ':'))
        {
            return null;
        }

        string kept = _source[(_at + 2)..end].Replace("a", "", StringComparison.Ordinal)
            .Replace("L", "", StringComparison.Ordinal)
            .Replace("u", "", StringComparison.Ordinal);
        bool group = _source[end] == ':';
        _at = end + 1;
        return group ? $"(?{kept}:" : kept.Length == 0 ? "" : $"(?{kept})";
    }

    private string NameOf(ReadOnlySpan<char> number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index >= 1 && index <= _groups.Count
            ? _groups[index - 1]
            : number.ToString();

    private static bool UsesNumbers(string source)
    {
        for (int at = 0; at + 1 < source.Length; at++)
        {
            if (source[at] == '\\')
            {
                at++;
                if (source[at] is >= '1' and <= '9')
                {
                    return true;
                }
            }
            else if (source[at] == '(' && source.AsSpan(at).StartsWith("(?(") && at + 3 < source.Length && char.IsAsciiDigit(source[at + 3]))
            {
                return true;
            }
        }

        return false;
    }
}
