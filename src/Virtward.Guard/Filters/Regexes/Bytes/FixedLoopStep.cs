namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// Something of a fixed width without groups, as often as may be, such as <c>(?:(?! from ).)*</c>: like a set's loop it needs no
/// stack, however long the text.
/// </summary>
/// <param name="body">It, up to its own end.</param>
/// <param name="width">Its width.</param>
/// <param name="least">The fewest.</param>
/// <param name="most">The most.</param>
/// <param name="lazy">Whether the fewest are tried first.</param>
/// <param name="next">What follows.</param>
public sealed class FixedLoopStep(Step body, int width, int least, int most, bool lazy, Step next)
    : Step(least > 0 ? body.First : body.First.Or(next.First))
{
    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at)
    {
        int count = 0;
        while (count < most && (!lazy || count < least || !next.Try(ref search, at)))
        {
            if (!search.Spend(1) || !body.Try(ref search, at))
            {
                return !lazy && count >= least && Backwards(ref search, at, count);
            }

            count++;
            at += width;
        }

        // A lazy loop is here where what follows matched, or at its bound.
        return lazy ? count < most || next.Try(ref search, at) : Backwards(ref search, at, count);
    }

    private bool Backwards(ref ByteSearch search, int at, int count)
    {
        for (; count >= least; count--)
        {
            if (!search.Spend(1) || next.Try(ref search, at))
            {
                return !search.GaveUp;
            }

            at -= width;
        }

        return false;
    }
}
