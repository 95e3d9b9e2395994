namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>One of two ways on, by whether a group took part in the match so far: <c>(?(group)yes|no)</c>.</summary>
/// <param name="group">The group's number.</param>
/// <param name="yes">The way on where it did.</param>
/// <param name="no">The way on where it did not.</param>
public sealed class ConditionStep(int group, Step yes, Step no) : Step(yes.First.Or(no.First))
{
    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at) => (search.Groups[3 * group] >= 0 ? yes : no).Try(ref search, at);
}
