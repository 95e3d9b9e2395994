namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>One character of a set.</summary>
/// <param name="set">The set.</param>
/// <param name="next">What follows.</param>
public sealed class SetStep(ByteSet set, Step next) : Step(set)
{
    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at) => First.Admits(search.Text, at) && next.Try(ref search, at + 1);
}
