using System.Collections.Immutable;
using Virtward.Core.Results;

namespace Virtward.Exposure.Reading;

/// <summary>Collects what a reader could not interpret; past a limit it only counts, so that hostile input cannot fill memory.</summary>
/// <param name="source">What is read, for the notes: <c>nft list ruleset</c>.</param>
internal sealed class ReadingNotes(string source)
{
    private const int MaxNotes = 1000;

    /// <summary>What is said of iptables' words in nft's listing, until iptables' own are there.</summary>
    public const string NoArguments = "nft prints no arguments of this, iptables-save does";
    private const int MaxText = 200;

    private readonly ImmutableArray<Problem>.Builder _notes = ImmutableArray.CreateBuilder<Problem>();
    private long _more;

    /// <summary>Adds a note.</summary>
    /// <param name="what">What was not understood.</param>
    /// <param name="text">Its text; cut where it is long.</param>
    /// <param name="line">Its line, from 1.</param>
    /// <param name="column">Its column, from 1.</param>
    public void Add(string what, string text, int line, int column)
    {
        if (_notes.Count < MaxNotes)
        {
            _notes.Add(At($"{what}: {Cut(text)}", line, column));
        }
        else
        {
            _more++;
        }
    }

    /// <summary>A problem at a place.</summary>
    public Problem At(string what, int line, int column, string? hint = null) => new(what, source, hint) { Line = line, Column = column };

    /// <summary>All notes.</summary>
    public ImmutableArray<Problem> ToImmutable()
    {
        if (_more > 0)
        {
            _notes.Add(new Problem($"{_more} more places were not understood", source));
        }

        return _notes.ToImmutable();
    }

    /// <summary>The text, cut to a length that fits on a screen.</summary>
    public static string Cut(string text) => text.Length <= MaxText ? text : $"{text.AsSpan(0, MaxText)}…";
}
