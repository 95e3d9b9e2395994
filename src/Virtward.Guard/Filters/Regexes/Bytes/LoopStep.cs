namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A part that takes at least one character, any number of times; the part's last step leads back here.</summary>
public sealed class LoopStep : Step
{
    private readonly Step _body;
    private readonly Step _next;
    private readonly bool _lazy;
    private readonly int _size;

    /// <summary>Makes the step.</summary>
    /// <param name="body">The part.</param>
    /// <param name="lazy">Whether what follows is tried before a further round.</param>
    /// <param name="next">What follows.</param>
    public LoopStep(Syntax body, bool lazy, Step next)
        : base(ByteSet.All)
    {
        (_lazy, _next, _size) = (lazy, next, body.Size);
        // Until the body is known, what may come after a round is unknown, so that it may be anything.
        _body = body.Compile(this);
        First = _body.First.Or(next.First);
    }

    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at)
    {
        if (!search.Enter(_size))
        {
            return false;
        }

        bool found = _lazy
            ? _next.Try(ref search, at) || _body.Try(ref search, at)
            : _body.Try(ref search, at) || _next.Try(ref search, at);
        search.Leave(_size);
        return found;
    }
}
