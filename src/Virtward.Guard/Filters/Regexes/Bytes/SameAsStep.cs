namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>The text of a group once more: <c>\k&lt;group&gt;</c>. A group that took no part matches nothing.</summary>
/// <param name="group">The group's number.</param>
/// <param name="next">What follows.</param>
public sealed class SameAsStep(int group, Step next) : Step(ByteSet.All)
{
    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at)
    {
        int start = search.Groups[3 * group];
        if (start < 0)
        {
            return false;
        }

        ReadOnlySpan<byte> text = search.Text[start..search.Groups[(3 * group) + 1]];
        return search.Spend(1 + (text.Length >> 4)) && search.Text[at..].StartsWith(text) && next.Try(ref search, at + text.Length);
    }
}
