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

    /// <summary>So many characters at the begin of a text are worth a look before the search.</summary>
    public const int HeadLength = sizeof(ulong);

    private const int LargestSize = 2_000;

    /// <summary>Room for as many notes, and as many marks, as a sane search makes.</summary>
    private const int Room = 64;

    private readonly Instruction _first;
    private readonly SearchValues<byte> _begins;
    private readonly Note[] _notes = new Note[Room];
    private readonly Mark[] _marks = new Mark[Room];
    private readonly Instruction[] _resumable;
    private readonly ByteSet[] _head;
    private readonly byte[]? _required;
    private StepProgram? _program;
    private AskFirst _askRequired;

    private BytePattern(Syntax syntax)
    {
        var compiler = new Compiler();
        _first = compiler.Compile(ConditionResolver.Resolve(syntax, LargestSize));
        _required = RequiredText.Of(syntax);
        _resumable = compiler.Resumable;
        _begins = _first.First.Values();
        _head = _first.OnlyAtBegin ? _first.Head(HeadLength) : [];
    }

    /// <summary>Compiles an expression; null where it has something that only .NET's engine knows.</summary>
    public static BytePattern? Compile(Regex regex) =>
        SyntaxReader.Read(regex) is { Size: <= LargestSize } syntax ? new BytePattern(syntax) : null;

    /// <summary>
    /// Whether the first bytes alone rule a match out, of any text, ASCII or not: most of a filter's expressions are told apart by
    /// the word after <c>^</c>.
    /// </summary>
    public bool Excludes(ReadOnlySpan<byte> text) =>
        _first.OnlyAtBegin && (!text.StartsWith(_first.Prefix) || (!text.IsEmpty && Excludes(text[0])));

    /// <summary>Whether the first byte alone rules a match out.</summary>
    public bool Excludes(byte first) => _first.OnlyAtBegin && Ascii.IsValid(first) && !_first.First.Contains(first);

    /// <summary>Whether the first few bytes of a text, ASCII or not, rule a match out, each by itself.</summary>
    /// <param name="head">The text, or so much of it that what is behind is none of them.</param>
    public bool ExcludesHead(ReadOnlySpan<byte> head)
    {
        for (int at = 0; at < Math.Min(head.Length, _head.Length) && Ascii.IsValid(head[at]); at++)
        {
            if (!_head[at].Contains(head[at]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Searches a text; not for several threads.</summary>
    /// <param name="text">The text, ASCII only: what a character is to an expression, a byte must be.</param>
    /// <param name="groups">
    /// Takes three numbers a group, the match itself being group 0: begin, end and where it was last entered; -1 where it took no part. They
    /// mean nothing where there is no match.
    /// </param>
    /// <returns>Whether it matches; null where the budget was not enough to know.</returns>
    public bool? Search(ReadOnlySpan<byte> text, Span<int> groups)
    {
        if (_required is not null && _askRequired.IsDue())
        {
            bool absent = text.IndexOf(_required) < 0;
            _askRequired.Note(absent);
            if (absent)
            {
                return false;
            }
        }

        _program ??= new StepProgram(_first, new CharacterKinds(_resumable));
        using var search = new ByteSearch(text, _program, _notes, _marks, Budget);
        for (int at = 0; at >= 0 && !search.GaveUp; at = _first.OnlyAtBegin ? -1 : Next(text, at + 1))
        {
            if (!_first.First.Admits(text, at))
            {
                continue;
            }

            int end = search.Match(at);
            if (end >= 0 && !search.GaveUp)
            {
                search.TakeGroups(groups);
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
