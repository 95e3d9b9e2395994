using System.Text.RegularExpressions;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>
/// Finds the date in a line by trying templates, those that hit before first. A log keeps to one form, so the last one is tried at
/// its last place; where that fails, or another form stands at that place, all are tried. The order learns from hits, a template
/// held to the begin of the line counting a hundredfold: fail2ban's rules, so that both cut out the same text.
/// </summary>
/// <param name="templates">The templates, in the order in which they are tried at first.</param>
public sealed class DateDetector(IEnumerable<DateTemplate> templates)
{
    /// <summary>A template that was not used for this many seconds gives way.</summary>
    private const long UnusedSeconds = 300;

    private readonly List<Entry> _entries = [.. templates.Select(template => new Entry(template))];
    private Edge _begin = new(1, -2, -2);
    private Edge _end = new(int.MaxValue, -2, -2);
    private int _last = int.MaxValue;
    private int _firstUnused;

    /// <summary>Finds the date of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="nowSeconds">The time it is, for templates that were long not used.</param>
    public DateFound? Find(string line, long nowSeconds)
    {
        int index = _last;
        Match? match = TryLast(line, out bool whole);
        Match? reserved = null;
        int reservedIndex = -1;
        if (match is not null && !IsInItsPlace(_entries[index].Template, match))
        {
            // Found, but elsewhere than the last time: perhaps another form stands where this one stood.
            (reserved, reservedIndex, match) = (match, index, null);
        }

        if (match is null)
        {
            match = TryAll(line, whole ? _last : -1, ref reserved, ref reservedIndex, out index);
        }

        if (match is null && reserved is not null)
        {
            (match, index) = (reserved, reservedIndex);
        }

        if (match is null)
        {
            return null;
        }

        Entry entry = _entries[index];
        entry.Hits++;
        entry.LastUsed = nowSeconds;
        entry.Distance = match.Index;
        if (_firstUnused == index)
        {
            _firstUnused++;
        }

        int end = match.Index + match.Length;
        _begin = new Edge(match.Index, CharAt(line, match.Index - 1), CharAt(line, match.Index));
        _end = new Edge(end, CharAt(line, end - 1), CharAt(line, end));
        _last = index > 0 && index != _last ? Promote(index) : index;
        return new DateFound(entry.Template, match);
    }

    /// <summary>Counts another hit of the last template: the caller knows that the line begins just as the last one did.</summary>
    /// <param name="nowSeconds">The time it is.</param>
    public void Repeat(long nowSeconds)
    {
        Entry entry = _entries[_last];
        entry.Hits++;
        entry.LastUsed = nowSeconds;
    }

    private static int CharAt(string line, int at) => (uint)at < (uint)line.Length ? line[at] : -1;

    private Match? TryLast(string line, out bool whole)
    {
        whole = false;
        if (_last >= _entries.Count)
        {
            return null;
        }

        DateTemplate template = _entries[_last].Template;
        if (!template.IsAnchored)
        {
            // The same characters around the same place: then it is enough to look there.
            bool sameBegin = CharAt(line, _begin.At - 1) == _begin.Before
                || (CharAt(line, _begin.At) == _begin.After && !IsWord(_begin.After));
            bool sameEnd = CharAt(line, _end.At) == _end.After
                || (CharAt(line, _end.At - 1) == _end.Before && !IsWord(_end.Before));
            if (sameBegin && sameEnd)
            {
                string part = _end.At < line.Length ? line[.._end.At] : line;
                return _begin.At <= part.Length ? template.Search(part, _begin.At) : null;
            }
        }

        whole = true;
        return template.Search(line, 0);
    }

    private static bool IsWord(int c) => c >= 0 && char.IsLetterOrDigit((char)c);

    private bool IsInItsPlace(DateTemplate template, Match match) =>
        _entries.Count == 1 || template.IsAnchored || (match.Index == _begin.At && match.Index + match.Length == _end.At);

    private Match? TryAll(string line, int except, ref Match? reserved, ref int reservedIndex, out int index)
    {
        for (index = 0; index < _entries.Count; index++)
        {
            Entry entry = _entries[index];
            if (index == except || entry.Template.Search(line, 0) is not { } match)
            {
                continue;
            }

            bool settled = index + 1 >= _entries.Count
                || entry.Template.IsAnchored
                || (match.Index == 0 && entry.Hits > 0 && _entries[index + 1].Hits == 0);
            if (settled || (match.Index <= entry.Distance && match.Index <= _begin.At))
            {
                return match;
            }

            // Further into the line than before, so perhaps within a message: the nearest of these is the last resort.
            if (reserved is null || match.Index < reserved.Index)
            {
                (reserved, reservedIndex) = (match, index);
            }
        }

        return null;
    }

    // Moves a template up: to the first place that never hit or half-way to the front, else by one, if it outweighs what is there.
    private int Promote(int index)
    {
        Entry entry = _entries[index];
        int place = _firstUnused < index ? _firstUnused : index / 2;
        if (!Outweighs(entry, _entries[place]))
        {
            if (place == index - 1 || !Outweighs(entry, _entries[index - 1]))
            {
                return index;
            }

            place = index - 1;
        }

        _entries.RemoveAt(index);
        _entries.Insert(place, entry);
        while (_firstUnused < _entries.Count && _entries[_firstUnused].Hits > 0)
        {
            _firstUnused++;
        }

        return place;
    }

    private static bool Outweighs(Entry entry, Entry other) =>
        entry.Weight > other.Weight || entry.LastUsed - UnusedSeconds > other.LastUsed;

    /// <summary>A place in a line and the characters around it; -1 for none, -2 before the first line.</summary>
    private readonly record struct Edge(int At, int Before, int After);

    private sealed class Entry(DateTemplate template)
    {
        public DateTemplate Template { get; } = template;

        public long Hits { get; set; }

        public long LastUsed { get; set; }

        public int Distance { get; set; } = int.MaxValue;

        public double Weight => Hits * Template.Weight / Math.Max(1, Distance);
    }
}
