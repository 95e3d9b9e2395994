using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>Applies any number of changes in slices, so that a whole ledger needs no second copy of itself in memory.</summary>
/// <param name="firewall">The kernel.</param>
public sealed class SlicedBatch(IFirewall firewall)
{
    private const int SliceLength = 16_384;

    private readonly PartialBatch _batch = new(firewall);
    private readonly List<ElementChange> _slice = [];

    /// <summary>How many changes were refused so far.</summary>
    public int Refused { get; private set; }

    /// <summary>What the first refusal was; null where there was none.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>Applies changes as they come; a null is none.</summary>
    /// <returns>How many there were.</returns>
    public int Apply(IEnumerable<ElementChange?> changes)
    {
        int count = 0;
        foreach (ElementChange? change in changes)
        {
            if (change is not ElementChange made)
            {
                continue;
            }

            count++;
            _slice.Add(made);
            if (_slice.Count == SliceLength)
            {
                Send();
            }
        }

        Send();
        return count;
    }

    private void Send()
    {
        Refused += _batch.Apply(_slice, out Problem? problem);
        Problem ??= problem;
        _slice.Clear();
    }
}
