namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>Alternatives, tried in order; each leads on to what follows all of them.</summary>
/// <param name="branches">The alternatives.</param>
public sealed class ChoiceStep(params Step[] branches) : Step(branches.Select(branch => branch.First).Aggregate((all, one) => all.Or(one)))
{
    /// <inheritdoc/>
    public override bool OnlyAtBegin { get; } = branches.All(branch => branch.OnlyAtBegin);

    /// <inheritdoc/>
    public override bool Match(ref ByteSearch search, int at)
    {
        foreach (Step branch in branches)
        {
            if (branch.First.Admits(search.Text, at) && (!search.Spend(1) || branch.Match(ref search, at)))
            {
                return !search.GaveUp;
            }
        }

        return false;
    }
}
