using System.Buffers;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>Characters of a set, as often as may be (<c>\S+</c>, <c>.*?</c>, <c>\d{1,3}</c>).</summary>
public sealed class SetLoopStep : Step
{
    /// <summary>Runs are mostly short: so many characters are looked at one by one, before a vector search pays.</summary>
    private const int ShortRun = 16;

    private readonly ByteSet _set;
    private readonly SearchValues<byte> _values;
    private readonly int _least;
    private readonly int _most;
    private readonly bool _lazy;
    private readonly bool _onlyLongest;
    private readonly Step _next;

    /// <summary>Makes the step.</summary>
    /// <param name="set">The set; the end is not in it.</param>
    /// <param name="least">The fewest.</param>
    /// <param name="most">The most.</param>
    /// <param name="lazy">Whether the fewest are tried first.</param>
    /// <param name="next">What follows.</param>
    public SetLoopStep(ByteSet set, int least, int most, bool lazy, Step next)
        : base(least > 0 ? set : set.Or(next.First))
    {
        (_set, _least, _most, _lazy, _next) = (set, least, most, lazy, next);
        _values = set.Values();
        // What follows cannot begin within the run: only its end is worth a try.
        _onlyLongest = !set.Shares(next.First);
    }

    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at)
    {
        int run = Run(search.Text[at..]);
        if (run < _least || !search.Spend(1 + (run >> 4)))
        {
            return false;
        }

        return _onlyLongest ? _next.Try(ref search, at + run)
            : _lazy ? Forwards(ref search, at + _least, at + run)
            : Backwards(ref search, at + _least, at + run);
    }

    private int Run(ReadOnlySpan<byte> text)
    {
        text = text.Length > _most ? text[.._most] : text;
        int at = 0;
        while (at < text.Length && _set.Contains(text[at]))
        {
            if (++at == ShortRun)
            {
                int more = text[at..].IndexOfAnyExcept(_values);
                return more < 0 ? text.Length : at + more;
            }
        }

        return at;
    }

    private bool Forwards(ref ByteSearch search, int at, int last)
    {
        ReadOnlySpan<byte> prefix = _next.Prefix;
        for (; at <= last; at++)
        {
            if (prefix.Length > 1)
            {
                int found = search.Text[at..Math.Min(last + prefix.Length, search.Text.Length)].IndexOf(prefix);
                if (found < 0)
                {
                    return false;
                }

                at += found;
            }

            if (_next.First.Admits(search.Text, at) && (!search.Spend(1 + ((last - at) >> 4)) || _next.Match(ref search, at)))
            {
                return !search.GaveUp;
            }
        }

        return false;
    }

    private bool Backwards(ref ByteSearch search, int first, int at)
    {
        ReadOnlySpan<byte> prefix = _next.Prefix;
        for (; at >= first; at--)
        {
            if (prefix.Length > 1)
            {
                int found = search.Text[first..Math.Min(at + prefix.Length, search.Text.Length)].LastIndexOf(prefix);
                if (found < 0)
                {
                    return false;
                }

                at = first + found;
            }

            if (_next.First.Admits(search.Text, at) && (!search.Spend(1 + ((at - first) >> 4)) || _next.Match(ref search, at)))
            {
                return !search.GaveUp;
            }
        }

        return false;
    }
}
