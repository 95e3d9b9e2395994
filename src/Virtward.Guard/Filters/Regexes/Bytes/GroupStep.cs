namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>The begin or the end of a group: remembers the place, and forgets it where what follows does not match.</summary>
/// <param name="group">The group's number.</param>
/// <param name="ends">Whether it is the end.</param>
/// <param name="next">What follows.</param>
public sealed class GroupStep(int group, bool ends, Step next) : Step(next.First)
{
    private readonly int _start = 3 * group;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Prefix => next.Prefix;

    /// <inheritdoc/>
    public override bool OnlyAtBegin => next.OnlyAtBegin;

    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at)
    {
        Span<int> slots = search.Groups.Slice(_start, 3);
        (int start, int end, int entered) = (slots[0], slots[1], slots[2]);
        if (ends)
        {
            (slots[0], slots[1]) = (entered, at);
        }
        else
        {
            slots[2] = at;
        }

        if (next.Match(ref search, at))
        {
            return true;
        }

        (slots[0], slots[1], slots[2]) = (start, end, entered);
        return false;
    }
}
