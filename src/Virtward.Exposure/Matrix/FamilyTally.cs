using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Exposure.Matrix;

/// <summary>Joins the answers of several questions about one endpoint and one family of addresses: the most open answer for a source counts.</summary>
internal sealed class FamilyTally
{
    private readonly List<Witness> _witnesses = [];
    private PrefixSet _accepted = PrefixSet.Empty;
    private PrefixSet _limited = PrefixSet.Empty;
    private PrefixSet _unproven = PrefixSet.Empty;
    private PrefixSet _rejected = PrefixSet.Empty;

    // The answer of all questions so far, while they all had the same: with 100,000 bans in its sets, joining them anew is not to be had for nothing.
    private SourceSets? _only;
    private bool _any;

    /// <summary>All sources that were asked about.</summary>
    public PrefixSet Asked { get; private set; } = PrefixSet.Empty;

    /// <summary>Adds an answer.</summary>
    public void Add(PrefixSet asked, SourceSets answer)
    {
        _only = !_any || (_only is not null && IsSame(_only, answer)) ? answer : null;
        _any = true;
        Asked = Asked.Union(asked);
        _accepted = _accepted.Union(answer.Accepted);
        _limited = _limited.Union(answer.Limited);
        _unproven = _unproven.Union(answer.Unproven);
        _rejected = _rejected.Union(answer.Rejected);
        foreach (Witness witness in answer.Witnesses)
        {
            if (_witnesses.All(known => known.Outcome != witness.Outcome))
            {
                _witnesses.Add(witness);
            }
        }
    }

    /// <summary>Adds sources of whom nothing arrives, without asking: the endpoint is bound to another device.</summary>
    public void AddClosed(PrefixSet asked)
    {
        Asked = Asked.Union(asked);
        _only = null;
        _any = true;
    }

    /// <summary>Whether everybody is known to get in, so that no further question can change the answer.</summary>
    public bool IsFull(PrefixSet asked) => !_accepted.IsDeferred && asked.All(_accepted.Contains);

    /// <summary>The joined answer.</summary>
    public SourceSets Sum()
    {
        if (_only is not null)
        {
            return new SourceSets(_only.Accepted, _only.Limited, _only.Unproven, _only.Rejected, _only.Dropped) { Witnesses = [.. _witnesses] };
        }

        PrefixSet limited = _limited.Subtract(_accepted);
        PrefixSet unproven = _unproven.Subtract(_accepted).Subtract(limited);
        PrefixSet rejected = _rejected.Subtract(_accepted).Subtract(limited).Subtract(unproven);
        PrefixSet dropped = Asked.Subtract(_accepted).Subtract(limited).Subtract(unproven).Subtract(rejected);
        var sets = new SourceSets(_accepted, limited, unproven, rejected, dropped);
        return sets with { Witnesses = [.. _witnesses.Where(witness => !sets[witness.Outcome].IsEmpty)] };
    }

    private static bool IsSame(SourceSets one, SourceSets other) => ReferenceEquals(one.Accepted, other.Accepted)
        && ReferenceEquals(one.Limited, other.Limited) && ReferenceEquals(one.Unproven, other.Unproven)
        && ReferenceEquals(one.Rejected, other.Rejected) && ReferenceEquals(one.Dropped, other.Dropped);
}
