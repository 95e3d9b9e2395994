using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Filters.Definitions;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Filters.Needles;
using Virtward.Guard.Filters.Regexes;
using Virtward.Guard.Filters.Templates;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Rules;

/// <summary>A filter at work in one mode on one source: rules over messages, attempts tied to their sessions.</summary>
public sealed class RuleFilter : ILineFilter
{
    private readonly RuleTable _rules;
    private readonly StampClock _clock;
    private readonly JournalTrust _trust;
    private readonly AttemptSessions _sessions = new();
    private readonly Action<Problem>? _report;

    // Only a replay asks for them.
    private readonly Lazy<ImmutableArray<Signature>> _signatures;
    private readonly bool _hasHeader;
    private readonly bool _hasSeries;

    private RuleFilter(
        FilterDefinition definition,
        string mode,
        RuleTable rules,
        Func<ImmutableArray<Signature>> signatures,
        StampClock clock,
        Action<Problem>? report)
    {
        Definition = definition;
        Mode = mode;
        _hasHeader = definition.HasHeader;
        Programs = [.. definition.Programs.Select(p => new ProgramName(p))];
        _trust = new JournalTrust(definition.Units, Programs);
        _rules = rules;
        _hasSeries = definition.Rules.Any(rule => rule.Series is not null);
        _signatures = new Lazy<ImmutableArray<Signature>>(signatures);
        _clock = clock;
        _report = report;
    }

    /// <inheritdoc/>
    public string Name => Definition.Name;

    /// <inheritdoc/>
    public ImmutableArray<Signature> Signatures => _signatures.Value;

    /// <summary>What its file says.</summary>
    public FilterDefinition Definition { get; }

    /// <summary>The mode it works in; empty where the filter has none.</summary>
    public string Mode { get; }

    /// <summary>The tags it listens to; empty: any.</summary>
    public ImmutableArray<ProgramName> Programs { get; }

    /// <summary>Sets a filter to work on one source.</summary>
    /// <param name="definition">The filter.</param>
    /// <param name="mode">The mode; null for the filter's own default. A filter without modes has only "normal".</param>
    /// <param name="clock">The source's clock.</param>
    /// <param name="report">Told once when a regular expression has to be switched off; null where nobody listens.</param>
    public static Result<RuleFilter> Create(FilterDefinition definition, string? mode, StampClock clock, Action<Problem>? report = null)
    {
        string chosen = mode ?? definition.Modes.FirstOrDefault("normal");
        ImmutableArray<string> modes = definition.Modes.IsEmpty ? ["normal"] : definition.Modes;
        if (!modes.Contains(chosen))
        {
            return new Problem($"the filter {definition.Name} has no mode '{chosen}'", Hint: $"it is one of {string.Join(", ", modes)}");
        }

        var candidates = new List<(Rule, Template?, RegexMatcher?)>();
        var series = new List<string>();
        List<RuleDefinition> rules = [.. definition.Rules.Where(r => r.Modes.IsEmpty || r.Modes.Contains(chosen))];
        foreach (RuleDefinition rule in rules)
        {
            if (Compile(rule, series, candidates) is { } problem)
            {
                return problem;
            }
        }

        return new RuleFilter(definition, chosen, new RuleTable(candidates), () => SignaturesOf(rules, candidates), clock, report);
    }

    /// <inheritdoc/>
    public bool Accept(in LogLine line, int index, ISightingSink sink)
    {
        HeaderReader.Read(line, out LogEntry entry);
        return Wants(line, entry) && Accept(entry, index, sink);
    }

    /// <summary>Whether a line's program or journal fields are this filter's.</summary>
    /// <param name="line">The line.</param>
    /// <param name="entry">The line, taken apart.</param>
    /// <param name="programIsOurs">Whether the program is known to be one of <see cref="Programs"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Wants(in LogLine line, in LogEntry entry, bool programIsOurs = false) =>
        line.FromJournal ? _trust.Accepts(line) : Wants(entry, programIsOurs);

    /// <summary>Whether the program of a line of a file is this filter's.</summary>
    /// <param name="entry">The line, taken apart.</param>
    /// <param name="programIsOurs">Whether the program is known to be one of <see cref="Programs"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Wants(in LogEntry entry, bool programIsOurs) =>
        !_hasHeader || (entry.HasHeader && (programIsOurs || IsProgram(entry.Program)));

    /// <summary>Takes a line that has been taken apart, and that the filter wants.</summary>
    /// <returns>Whether a rule matched.</returns>
    public bool Accept(in LogEntry entry, int index, ISightingSink sink)
    {
        int process = _hasSeries ? entry.ProcessId : 0;
        ulong host = process == 0 ? 0 : entry.HostHash;
        if (process != 0)
        {
            _sessions.Expect(PlaceOf(process, host));
        }

        TemplateMatch match = default;
        ReadOnlySpan<byte> message = _hasHeader ? entry.Message : entry.Text;
        if (_rules.Find(message, ref match, _report) is not Rule rule)
        {
            return false;
        }

        if (match.HasAddress)
        {
            UnixTime time = _clock.TimeOf(match.Time.IsEmpty ? entry.Stamp : match.Time, entry.Received);
            sink.Accept(index, new Sighting
            {
                Address = match.Address,
                Time = time,
                Kind = rule.Kind,
                Attempts = rule.Kind == SightingKind.Failure ? Attempts(rule, entry.Repeats, process, host, match, time) : 0,
                Rule = rule.Name,
                User = match.User,
                Line = entry.Text,
            });
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Attempts(Rule rule, int repeats, int process, ulong host, in TemplateMatch match, UnixTime time)
    {
        int attempts = match.Count * (_hasHeader ? repeats : 1);
        return process == 0 || rule.Series < 0 ? attempts : _sessions.Add(SessionOf(process, host, match.Address), rule.Series, attempts, time);
    }

    /// <summary>
    /// One session: a process on a host, for one peer. Below a hash of host and peer; above the process id, counted from a place of the
    /// host's own: a host's processes come one after the other, and so do their places in the table, which the processor then fetches ahead.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SessionOf(int process, ulong host, Address peer) =>
        ((ulong)PlaceOf(process, host) << 32) | (uint)HostHash.Mix(HostHash.Mix(host, peer.High), peer.Low);

    private static uint PlaceOf(int process, ulong host) => (uint)process + (uint)host;

    private bool IsProgram(ReadOnlySpan<byte> tag)
    {
        foreach (ProgramName program in Programs)
        {
            if (program.Matches(tag))
            {
                return true;
            }
        }

        return Programs.IsEmpty;
    }

    /// <summary>What the lines of each rule hold; none where a rule has a regular expression of which nothing is known.</summary>
    private static ImmutableArray<Signature> SignaturesOf(List<RuleDefinition> rules, List<(Rule, Template? Template, RegexMatcher?)> candidates)
    {
        ImmutableArray<string>[] literals = [.. rules.Where(r => r.Regex is not null).Select(r => RequiredLiterals.Of(r.Regex!).AnyOf)];
        return Array.Exists(literals, anyOf => anyOf.IsEmpty)
            ? []
            :
            [
                .. candidates.Where(c => c.Template is not null).Select(c => new Signature([.. c.Template!.Literals])),
                .. literals.SelectMany(anyOf => anyOf).Select(literal => new Signature([Encoding.ASCII.GetBytes(literal)])),
            ];
    }

    private static Problem? Compile(RuleDefinition definition, List<string> series, List<(Rule, Template?, RegexMatcher?)> candidates)
    {
        int number = -1;
        if (definition.Series is not null)
        {
            number = series.IndexOf(definition.Series);
            if (number < 0)
            {
                number = series.Count;
                series.Add(definition.Series);
            }
        }

        var rule = new Rule(definition.Name, definition.Kind, number);
        foreach (string text in definition.Match)
        {
            if (!TemplateReader.Read(text).TryGet(out ImmutableArray<Template> templates, out Problem? problem))
            {
                return problem;
            }

            candidates.AddRange(templates.Select(t => (rule, (Template?)t, (RegexMatcher?)null)));
        }

        if (definition.Regex is not null)
        {
            if (!RegexMatcher.Create(rule.Name, definition.Regex, rule.Kind != SightingKind.Ignored).TryGet(out RegexMatcher? regex, out Problem? problem))
            {
                return problem;
            }

            candidates.Add((rule, null, regex));
        }

        return null;
    }
}
