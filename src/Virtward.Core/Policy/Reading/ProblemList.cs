using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Results;

namespace Virtward.Core.Policy.Reading;

/// <summary>Collects the mistakes of one text, so that all of them are told at once.</summary>
/// <param name="origin">The file's name, for the messages.</param>
public sealed class ProblemList(string origin)
{
    /// <summary>More mistakes than this help nobody; the rest are only counted.</summary>
    public const int Most = 100;

    private const int LongestQuote = 60;

    private readonly List<Problem> _problems = [];
    private int _untold;

    /// <summary>Whether further mistakes are only counted, so that nobody need think of hints for them.</summary>
    public bool IsFull => _problems.Count >= Most;

    /// <summary>Adds a mistake at an item of the text.</summary>
    /// <param name="at">The item, for its line and column.</param>
    /// <param name="what">What is wrong, as <see cref="Problem.What"/>.</param>
    /// <param name="hint">What to write instead.</param>
    public void Add(YamlItem at, string what, string? hint = null) => Add(at.Line, at.Column, what, hint);

    /// <summary>Adds a mistake at a place of the text, counted from 1.</summary>
    public void Add(int line, int column, string what, string? hint = null)
    {
        if (IsFull)
        {
            _untold++;
            return;
        }

        _problems.Add(new Problem(what, origin, hint) { Line = line, Column = column });
    }

    /// <summary>Adds that something else was expected where the item stands.</summary>
    public void AddExpected(YamlItem at, string expected, string? hint = null) =>
        Add(at, $"expected {expected}, found {at.Describe()}", hint);

    /// <summary>All mistakes by line and column, and last how many were not told.</summary>
    public ImmutableArray<Problem> ToImmutable()
    {
        IEnumerable<Problem> inOrder = _problems.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column);
        return _untold == 0
            ? [.. inOrder]
            : [.. inOrder, MoreProblem()];
    }

    private Problem MoreProblem() =>
        new(string.Create(CultureInfo.InvariantCulture, $"{_untold} more mistakes"), origin, "correct the others first");

    /// <summary>
    /// A text of the file in quotes as a message may show it: short, and without control characters, which could drive a terminal.
    /// </summary>
    public static string Quote(string text)
    {
        var shown = new StringBuilder("'", LongestQuote + 5);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (shown.Length > LongestQuote)
            {
                shown.Append("...");
                break;
            }

            bool unsafeToShow = Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
            shown.Append(unsafeToShow ? "?" : rune.ToString());
        }

        return shown.Append('\'').ToString();
    }
}
