namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>The end of an expression: whatever reached it matches.</summary>
public sealed class AcceptStep() : Step(ByteSet.All)
{
    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at)
    {
        search.End = at;
        return true;
    }
}
