using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// A regular expression compiled into instructions over the bytes of an ASCII text. It finds what .NET's engine finds, groups and all,
/// but decodes nothing, allocates nothing, and has a budget of ways instead of a clock, so that its verdict does not depend on
/// how busy the machine is.
/// </summary>
public sealed class BytePattern
{
    /// <summary>How often one search may go back; a sane one does some dozen times. These take a few milliseconds.</summary>
    public const int Budget = 100_000;

    private const int LargestSize = 2_000;

    /// <summary>Room for as many notes as a sane search makes.</summary>
    private const int Room = 64 * ByteSearch.NoteLength;

    private readonly Instruction _first;
    private readonly Instruction[] _resumable;
    private readonly SearchValues<byte> _begins;
    private readonly int[] _room = new int[Room];
    private readonly Lazy<CharacterKinds> _kinds;

    private BytePattern(Syntax syntax)
    {
        var compiler = new Compiler();
        _first = compiler.Compile(syntax);
        _resumable = compiler.Resumable;
        _begins = _first.First.Values();
        _kinds = new Lazy<CharacterKinds>(() => new CharacterKinds(_resumable), LazyThreadSafetyMode.None);
    }

    /// <summary>Compiles an expression; null where it has something that only .NET's engine knows.</summary>
    public static BytePattern? Compile(Regex regex) =>
        SyntaxReader.Read(regex) is { Size: <= LargestSize } syntax ? new BytePattern(ConditionResolver.Resolve(syntax, LargestSize)) : null;

    /// <summary>
    /// Whether the first bytes alone rule a match out, of any text, ASCII or not: most of a filter's expressions are told apart by
    /// the word after <c>^</c>.
    /// </summary>
    public bool Excludes(ReadOnlySpan<byte> text) =>
        _first.OnlyAtBegin && (!text.StartsWith(_first.Prefix) || (!text.IsEmpty && Excludes(text[0])));

    /// <summary>Whether the first byte alone rules a match out.</summary>
    public bool Excludes(byte first) => _first.OnlyAtBegin && Ascii.IsValid(first) && !_first.First.Contains(first);

    /// <summary>Searches a text; not for several threads.</summary>
    /// <param name="text">The text, ASCII only: what a character is to an expression, a byte must be.</param>
    /// <param name="groups">
    /// Takes three numbers a group, the match itself being group 0: begin, end and a place of its own use; -1 where it took no part.
    /// </param>
    /// <returns>Whether it matches; null where the budget was not enough to know.</returns>
    public bool? Search(ReadOnlySpan<byte> text, Span<int> groups)
    {
        using var search = new ByteSearch(text, groups, _resumable, _kinds.Value.Of, _room, Budget);
        for (int at = 0; at >= 0 && !search.GaveUp; at = _first.OnlyAtBegin ? -1 : Next(text, at + 1))
        {
            if (!_first.First.Admits(text, at))
            {
                continue;
            }

            groups.Fill(-1);
            int end = search.Match(_first, at);
            if (end >= 0 && !search.GaveUp)
            {
                (groups[0], groups[1]) = (at, end);
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
