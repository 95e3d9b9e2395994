using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Virtward.Core.Time;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Filters.Needles;
using Virtward.Guard.Filters.Rules;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters;

/// <summary>
/// Several filters over one source. A line's header is read once, its program looked up once, and only the filters that want the
/// program see it. Filters of other kinds (fail2ban's) see every line. Used by the source's one thread.
/// </summary>
public sealed class FilterSet
{
    /// <summary>The longest line that is read, in bytes; a longer one is skipped and counted.</summary>
    public const int LongestLine = 65_536;

    private readonly ImmutableArray<ILineFilter> _filters;
    private readonly RuleFilter?[] _rules;
    private readonly ProgramRoutes _routes;
    private readonly NeedleSearch _needles;
    private readonly PassedLines? _passed;
    private readonly bool _hasRules;

    // The last line's.
    private readonly SenderMemory _sender = new();
    private Route _route;

    /// <summary>A set.</summary>
    /// <param name="filters">The filters; a filter's place is the index that the sink is told.</param>
    public FilterSet(ImmutableArray<ILineFilter> filters)
    {
        _filters = filters;
        _rules = [.. filters.Select(f => f as RuleFilter)];
        _routes = new ProgramRoutes(filters);
        _route = _routes.Of([], 0);
        _needles = new NeedleSearch(filters);
        _passed = filters.Any(filter => filter.LooksBack) ? new PassedLines(filters) : null;
        _hasRules = _rules.Any(rules => rules is not null);
    }

    /// <summary>The filters, by their index.</summary>
    public ImmutableArray<ILineFilter> Filters => _filters;

    /// <summary>How many lines were taken.</summary>
    public long Lines { get; private set; }

    /// <summary>How many of them a rule of some filter matched.</summary>
    public long Matched { get; private set; }

    /// <summary>How many were skipped because they are longer than <see cref="LongestLine"/>.</summary>
    public long TooLong { get; private set; }

    /// <summary>Takes one line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="sink">What takes the sightings.</param>
    /// <returns>Whether a rule of some filter matched.</returns>
    public bool Accept(in LogLine line, ISightingSink sink)
    {
        Lines++;
        if (line.Text.Length > LongestLine)
        {
            TooLong++;
            return false;
        }

        return Match(line, ulong.MaxValue, sink);
    }

    /// <summary>
    /// Takes the lines of a block, to the same effect as one by one: those that no rule can match, for they hold none of the texts that
    /// its lines must hold, are counted and passed over.
    /// </summary>
    /// <param name="block">The block.</param>
    /// <param name="sink">What takes the sightings.</param>
    public void Accept(in LineBlock block, ISightingSink sink)
    {
        if (block.LongestLine > LongestLine || !_needles.TrySearch(block, out NeedleLines lines))
        {
            var splitter = new LineSplitter(block.Text);
            while (splitter.TryNext(out ReadOnlySpan<byte> text))
            {
                Accept(LogLine.OfFile(text, block.Received), sink);
            }

            return;
        }

        int inVain = 0;
        _passed?.Begin();
        while (lines.TryNext(out ReadOnlySpan<byte> line, out ulong marks))
        {
            _passed?.Tell(block.Text, lines.Start, line.Length, marks);
            inVain += MatchInBlock(line, block.Received, marks, sink) ? 0 : 1;
        }

        _passed?.End(block.Text);
        Lines += block.Lines;
        _needles.Note(block.Lines, inVain);
    }

    /// <summary>Shows a line to those of the filters that want its program and that have a mark.</summary>
    private bool Match(in LogLine line, ulong marks, ISightingSink sink) =>
        _hasRules ? MatchSender(line, marks, sink) : MatchAll(line, marks, sink);

    /// <summary>Where no filter cares for the program, the header is not read.</summary>
    private bool MatchAll(in LogLine line, ulong marks, ISightingSink sink)
    {
        bool matched = false;
        for (int index = 0; index < _filters.Length; index++)
        {
            matched |= (marks & NeedleSearch.MarkOf(index)) != 0 && _filters[index].Accept(line, index, sink);
        }

        Matched += matched ? 1 : 0;
        return matched;
    }

    /// <summary>The same for a line of a block: most have the header of the last one, and then nothing but the message is looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool MatchInBlock(ReadOnlySpan<byte> text, UnixTime received, ulong marks, ISightingSink sink) =>
        _hasRules && _sender.TryRecallAll(text, received, out LogEntry entry)
            ? Show(entry, marks, sink)
            : Match(LogLine.OfFile(text, received), marks, sink);

    /// <summary>Shows a complete entry of a file to the filters that want the last sender.</summary>
    private bool Show(in LogEntry entry, ulong marks, ISightingSink sink)
    {
        bool matched = false;
        foreach (int index in _route.Filters)
        {
            if ((marks & NeedleSearch.MarkOf(index)) == 0)
            {
                continue;
            }

            if (_rules[index] is not { } filter)
            {
                matched |= _filters[index].Accept(LogLine.OfFile(entry.Text, entry.Received), index, sink);
            }
            else if (filter.Wants(entry, _route.IsKnown))
            {
                matched |= filter.Accept(entry, index, sink);
            }
        }

        Matched += matched ? 1 : 0;
        return matched;
    }

    private bool MatchSender(in LogLine line, ulong marks, ISightingSink sink)
    {
        HeaderReader.ReadSender(line, _sender, out LogEntry entry);
        if (!entry.IsSameSender)
        {
            _route = _routes.Of(entry.FromProgram, entry.Program.Length);
        }

        if (_route.Filters.IsEmpty)
        {
            return false;
        }

        HeaderReader.ReadMessage(ref entry);
        bool matched = false;
        foreach (int index in _route.Filters)
        {
            if ((marks & NeedleSearch.MarkOf(index)) == 0)
            {
                continue;
            }

            if (_rules[index] is not { } filter)
            {
                matched |= _filters[index].Accept(line, index, sink);
            }
            else if (filter.Wants(line, entry, _route.IsKnown))
            {
                matched |= filter.Accept(entry, index, sink);
            }
        }

        Matched += matched ? 1 : 0;
        return matched;
    }
}
