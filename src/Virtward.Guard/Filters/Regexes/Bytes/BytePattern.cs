using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// A regular expression compiled into steps over the bytes of an ASCII text. It finds what .NET's engine finds, groups and all, but
/// decodes nothing, allocates nothing, and has a budget of branches instead of a clock, so that its verdict does not depend on how
/// busy the machine is.
/// </summary>
public sealed class BytePattern
{
    /// <summary>How many branches one search may try; a sane one tries some dozens. These take about a millisecond.</summary>
    public const int Budget = 100_000;

    private const int LargestSize = 2_000;

    private readonly Step _first;
    private readonly SearchValues<byte> _begins;

    private BytePattern(Step first)
    {
        _first = first;
        _begins = first.First.Values();
    }

    /// <summary>Compiles an expression; null where it has something that only .NET's engine knows.</summary>
    public static BytePattern? Compile(Regex regex) =>
        SyntaxReader.Read(regex) is { Size: <= LargestSize } syntax
            ? new BytePattern(syntax.Compile(new AcceptStep()))
            : null;

    /// <summary>
    /// Whether the first bytes alone rule a match out, of any text, ASCII or not: most of a filter's expressions are told apart by
    /// the word after <c>^</c>.
    /// </summary>
    public bool Excludes(ReadOnlySpan<byte> text) =>
        _first.OnlyAtBegin
            && (!text.StartsWith(_first.Prefix) || (!text.IsEmpty && Ascii.IsValid(text[0]) && !_first.First.Contains(text[0])));

    /// <summary>Searches a text.</summary>
    /// <param name="text">The text, ASCII only: what a character is to an expression, a byte must be.</param>
    /// <param name="groups">
    /// Takes three numbers a group, the match itself being group 0: begin, end and a place of its own use; -1 where it took no part.
    /// </param>
    /// <returns>Whether it matches; null where the budget was not enough to know.</returns>
    public bool? Search(ReadOnlySpan<byte> text, Span<int> groups)
    {
        groups.Fill(-1);
        var search = new ByteSearch(text, groups, Budget);
        for (int at = 0; at >= 0 && !search.GaveUp; at = _first.OnlyAtBegin ? -1 : Next(text, at + 1))
        {
            if (_first.Try(ref search, at) && !search.GaveUp)
            {
                (groups[0], groups[1]) = (at, search.End);
                return true;
            }
        }

        return search.GaveUp ? null : false;
    }

    // The next place where a match may begin; -1: none.
    private int Next(ReadOnlySpan<byte> text, int at)
    {
        if (at >= text.Length)
        {
            return at == text.Length && _first.First.End ? at : -1;
        }

        int found = _first.Prefix.Length > 1 ? text[at..].IndexOf(_first.Prefix) : text[at..].IndexOfAny(_begins);
        return found >= 0 ? at + found : _first.First.End ? text.Length : -1;
    }
}
