using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Config;
using Virtward.Guard.Fail2Ban.Dates;
using Virtward.Guard.Fail2Ban.Engine;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Needles;
using Virtward.Guard.Filters.Regexes;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Fail2Ban;

/// <summary>
/// One of fail2ban's filters, run as it is: its file, its <c>.local</c>, its includes and options, with fail2ban's own verdicts. Host
/// names are never looked up (an attacker owns the names of his addresses), so a line that tells only a name bans nobody.
/// </summary>
public sealed class Fail2BanFilter : ILineFilter
{
    /// <summary>A longer line is no log line that a filter was written for; it is passed over.</summary>
    public const int LongestLine = 1 << 16;

    /// <summary>A replay looks at the clock once in so many lines.</summary>
    private const int LinesATime = 1024;

    private readonly Half _file;
    private readonly Half _journal;
    private readonly Fail2BanSettings _settings;
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private UnixTime _replayTime;
    private long _replayed;

    private Fail2BanFilter(string path, Half file, Half journal, Fail2BanSettings settings)
    {
        Path = path;
        Name = System.IO.Path.GetFileNameWithoutExtension(path);
        (_file, _journal, _settings) = (file, journal, settings);
        foreach (Half half in new[] { file, journal })
        {
            half.Engine.Warn = Tell;
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The file that it was read from.</summary>
    public string Path { get; }

    /// <summary>The journal entries that it is about (<c>journalmatch</c>).</summary>
    public JournalSelector Journal => _journal.Selector;

    /// <summary>The failregexes as the file has them, in order; <c>failregex 1</c> is the name of the first one's rule.</summary>
    public ImmutableArray<string> FailRegexes => [.. _file.Engine.Rules.Select(rule => rule.Source)];

    /// <summary>
    /// The failregexes that may be slow on a hostile line, because the linear engine cannot take them: a time limit holds them.
    /// </summary>
    public ImmutableArray<string> Backtracking =>
        [.. _file.Engine.Rules.Where(rule => !rule.Regex.CanBeLinear).Select(rule => rule.Source)];

    /// <summary>The failregexes without a literal text of three characters that a line must hold: they run on every line.</summary>
    public ImmutableArray<string> Unfiltered =>
        _file.Engine.IsMultiLine ? FailRegexes : [.. _file.Prefilter.Always.Where(index => index < FailRegexes.Length).Select(index => FailRegexes[index])];

    /// <summary>
    /// The literals, ASCII, of which a line of a file must hold at least one to matter to the filter; empty where any line may: then an
    /// expression requires none, or lines are joined (<c>maxlines</c>). Of lines that hold none and are not handed in, the last one
    /// before a line that is must be told to <see cref="PassOver"/>.
    /// </summary>
    public ImmutableArray<string> RequiredLiterals => _file.CanSkip ? _file.Prefilter.AnyOf : [];

    /// <inheritdoc/>
    public ImmutableArray<Signature> Signatures => [.. RequiredLiterals.Select(literal => new Signature([Encoding.ASCII.GetBytes(literal)]))];

    /// <inheritdoc/>
    public bool LooksBack => true;

    /// <summary>Lines that told a host name or an identifier instead of an address, and so banned nobody.</summary>
    public long WithoutAddress { get; private set; }

    /// <summary>Lines that were passed over because they are longer than <see cref="LongestLine"/>.</summary>
    public long TooLong { get; private set; }

    /// <summary>Reads a filter.</summary>
    /// <param name="files">Where files are read from.</param>
    /// <param name="path">The absolute path of the <c>.conf</c> file.</param>
    /// <param name="options">The options in brackets: <c>mode</c> and the filter's own.</param>
    /// <param name="settings">What it needs from the host.</param>
    /// <param name="problems">Takes every problem, the first of which is the result's.</param>
    public static Result<Fail2BanFilter> Load(
        ITextFiles files,
        string path,
        IReadOnlyDictionary<string, string> options,
        Fail2BanSettings settings,
        ICollection<Problem>? problems = null)
    {
        var found = new List<Problem>();
        var reader = new ConfigReader(files);
        Half? file = Half.Read(reader, path, options, false, settings, found);
        Half? journal = file is null ? null : Half.Read(reader, path, options, true, settings, found);
        foreach (Problem problem in found)
        {
            problems?.Add(problem);
        }

        return file is not null && journal is not null ? new Fail2BanFilter(path, file, journal, settings) : found[0];
    }

    /// <summary>
    /// Takes note of a line of a file that holds none of the <see cref="RequiredLiterals"/>: a later line without a date has its date.
    /// Of several in a row the last one is enough.
    /// </summary>
    /// <param name="line">The line, without its line end.</param>
    public void PassOver(ReadOnlySpan<byte> line) => _file.Engine.Skip(line.TrimEnd("\r\n"u8));

    /// <inheritdoc/>
    public bool Accept(in LogLine line, int index, ISightingSink sink)
    {
        if (line.Text.Length > LongestLine)
        {
            TooLong++;
            return false;
        }

        Half half = line.FromJournal ? _journal : _file;
        ReadOnlySpan<byte> text = line.Text.TrimEnd("\r\n"u8);
        ulong candidates = ulong.MaxValue;
        if (half.CanSkip && !line.FromJournal)
        {
            candidates = half.Candidates(text);
            if (candidates == 0)
            {
                half.Engine.Skip(text);
                return false;
            }
        }

        UnixTime now = line.Received.IsKnown ? line.Received : ReplayTime();
        Failure? failure;
        if (line.FromJournal)
        {
            if (!half.Selector.Accepts(line))
            {
                return false;
            }

            failure = half.Engine.Process(JournalText(line), now, candidates);
        }
        else
        {
            failure = half.Engine.Process(text, new DateClock(now, _settings.Zone, line.Received.IsKnown), candidates);
        }

        if (failure is not null && !failure.Pending)
        {
            Tell(failure, line, now, half, index, sink);
        }

        return failure is not null;
    }

    // What time it is matters little to a replay, and to ask takes a while.
    private UnixTime ReplayTime()
    {
        if (_replayed++ % LinesATime == 0)
        {
            _replayTime = UnixTime.Now(_settings.Clock);
        }

        return _replayTime;
    }

    private void Tell(Failure failure, in LogLine line, UnixTime now, Half half, int index, ISightingSink sink)
    {
        if (!Address.TryParse(failure.HostBytes, out Address address))
        {
            if (!failure.Harmless && failure.HasId)
            {
                WithoutAddress++;
                Tell("a line tells a name instead of an address, and names are not looked up, so it bans nobody");
            }

            return;
        }

        // A stamp ahead of its own receipt is wrong or forged; it must not make a ban that ends late.
        UnixTime time = !failure.Time.IsKnown || (line.Received.IsKnown && failure.Time > now) ? now : failure.Time;
        sink.Accept(index, new Sighting
        {
            Address = address,
            Time = time,
            Kind = failure.Gained ? SightingKind.Success : failure.Harmless ? SightingKind.Ignored : SightingKind.Failure,
            Attempts = failure.Harmless ? 0 : 1,
            Rule = half.RuleNames[failure.Rule],
            User = failure.Fields.Bytes(Field.User),
            Line = line.Text,
        });
    }

    private void Tell(string what)
    {
        if (_told.Add(what))
        {
            _settings.Warned?.Invoke(new Problem(what, Path));
        }
    }

    // As fail2ban writes an entry: host, program[pid]: message. The expressions take any host.
    private static string JournalText(in LogLine line)
    {
        var text = new StringBuilder("localhost ", line.Text.Length + 48);
        ReadOnlySpan<byte> program = line.Identifier.IsEmpty ? line.Command : line.Identifier;
        if (!program.IsEmpty)
        {
            text.Append(Encoding.UTF8.GetString(program));
            if (line.ProcessId > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{line.ProcessId}]");
            }

            text.Append(": ");
        }

        return text.Append(Encoding.UTF8.GetString(line.Text)).Replace("\n", "\\n").ToString();
    }

    /// <summary>The filter as it reads files, or as it reads the journal: each has its own expressions and its own memory.</summary>
    private sealed class Half
    {
        private AskFirst _askLiterals;

        private Half(FilterDefinition definition, LineEngine engine)
        {
            Engine = engine;
            Selector = JournalSelector.Of(definition.JournalMatches);
            Prefilter = Prefilter.Of([.. engine.Rules.Select(rule => rule.Regex.Pattern)], definition.DatePatterns.All(DatePatterns.CutsAtWordEdges));
            CanSkip = Prefilter.IsUseful && !engine.IsMultiLine;
            RuleNames = [.. engine.Rules.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"failregex {index + 1}"))];
        }

        public LineEngine Engine { get; }

        public JournalSelector Selector { get; }

        public Prefilter Prefilter { get; }

        public bool CanSkip { get; }

        public string[] RuleNames { get; }

        /// <summary>The expressions that may match a line of a file, one bit each; 0: none.</summary>
        public ulong Candidates(ReadOnlySpan<byte> line)
        {
            if (!Engine.ByFirst.TellsApart)
            {
                return Prefilter.Candidates(line);
            }

            // A replay hands in hardly any line that holds none, having looked for needles.
            bool ruledOut = false;
            if (_askLiterals.IsDue())
            {
                ruledOut = !Prefilter.MayMatch(line);
                _askLiterals.Note(ruledOut);
            }

            return ruledOut ? 0 : ulong.MaxValue;
        }

        public static Half? Read(
            ConfigReader reader, string path, IReadOnlyDictionary<string, string> options, bool journal, Fail2BanSettings settings, List<Problem> problems)
        {
            FilterDefinition? definition = FilterDefinition.Read(reader, path, options, journal, problems);
            LineEngine? engine = definition is null ? null : LineEngine.Build(definition, settings.Clock.GetUtcNow().Year, problems);
            return engine is null ? null : new Half(definition!, engine);
        }
    }
}
