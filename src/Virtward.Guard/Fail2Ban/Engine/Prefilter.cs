using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Virtward.Guard.Filters.Regexes;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// Tells, from a line's bytes alone, which expressions can match it: those whose required literals it holds. Most lines of a log hold
/// none and are never decoded.
/// </summary>
public sealed class Prefilter
{
    private readonly SearchValues<string>? _all;
    private readonly (string Literal, ulong Rules)[][] _byFirst;
    private readonly ulong _always;
    private char[] _text = new char[512];

    private Prefilter(SearchValues<string>? all, (string Literal, ulong Rules)[] literals, ulong always)
    {
        _all = all;
        _byFirst = [.. Enumerable.Range(0, 128).Select(first => literals.Where(literal => literal.Literal[0] == first).ToArray())];
        _always = always;
        AnyOf = always == 0 ? [.. literals.Select(literal => literal.Literal)] : [];
    }

    /// <summary>Whether it can rule any line out; false where an expression requires no literal.</summary>
    public bool IsUseful => _all is not null && _always == 0;

    /// <summary>The indices of the expressions that no literal is known for: they run on every line.</summary>
    public IEnumerable<int> Always => Enumerable.Range(0, 64).Where(index => (_always >> index & 1) != 0);

    /// <summary>Makes the prefilter of a filter's expressions.</summary>
    /// <param name="patterns">The expressions in .NET's dialect, in order.</param>
    /// <param name="cutsAtWordEdges">Whether dates are cut out of lines between characters that are no word characters.</param>
    public static Prefilter Of(IReadOnlyList<string> patterns, bool cutsAtWordEdges)
    {
        ulong always = 0;
        var rules = new OrderedDictionary<string, ulong>(StringComparer.Ordinal);
        for (int index = 0; index < patterns.Count; index++)
        {
            // The 64th and further share one bit: they run together.
            ulong bit = 1UL << Math.Min(index, 63);
            string[] literals = [.. RequiredLiterals.Of(patterns[index]).AnyOf.Select(Unbroken)];
            if (!cutsAtWordEdges || literals.Length == 0 || literals.Any(literal => literal.Length < RequiredLiterals.ShortestLiteral))
            {
                always |= bit;
                continue;
            }

            foreach (string literal in literals)
            {
                rules[literal] = rules.GetValueOrDefault(literal) | bit;
            }
        }

        return new Prefilter(
            rules.Count == 0 ? null : SearchValues.Create([.. rules.Keys], StringComparison.Ordinal),
            [.. rules.Select(rule => (rule.Key, rule.Value))],
            always);
    }

    /// <summary>The literals, ASCII, of which a line must hold at least one; empty where any line may match.</summary>
    public ImmutableArray<string> AnyOf { get; }

    /// <summary>Whether any expression may match a line.</summary>
    public bool MayMatch(ReadOnlySpan<byte> line) => !IsUseful || Decoded(line).IndexOfAny(_all!) >= 0;

    /// <summary>The expressions that may match a line, one bit each (the last stands for the 64th and all after it); 0: none.</summary>
    public ulong Candidates(ReadOnlySpan<byte> line)
    {
        if (_all is null)
        {
            return _always;
        }

        ulong found = _always;
        ReadOnlySpan<char> rest = Decoded(line);
        for (int at = rest.IndexOfAny(_all); at >= 0; at = rest.IndexOfAny(_all))
        {
            rest = rest[at..];
            foreach ((string literal, ulong rules) in _byFirst[rest[0]])
            {
                if (rest.StartsWith(literal))
                {
                    found |= rules;
                }
            }

            rest = rest[1..];
        }

        return found;
    }

    // Literals are ASCII, so that Latin-1, a byte a character, finds them in any encoding that contains ASCII.
    private ReadOnlySpan<char> Decoded(ReadOnlySpan<byte> line)
    {
        if (_text.Length < line.Length)
        {
            _text = new char[Math.Max(line.Length, 2 * _text.Length)];
        }

        return _text.AsSpan(0, Encoding.Latin1.GetChars(line, _text));
    }

    // The date is cut out of a line between two characters that are no word characters: only there may a literal of the text have
    // been apart in the line. The longest piece without such a place surely stands in the line as it is.
    private static string Unbroken(string literal)
    {
        int start = 0;
        string longest = "";
        for (int at = 1; at <= literal.Length; at++)
        {
            bool seam = at == literal.Length || (!IsWord(literal[at - 1]) && !IsWord(literal[at]));
            if (seam)
            {
                longest = at - start > longest.Length ? literal[start..at] : longest;
                start = at;
            }
        }

        return longest;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
