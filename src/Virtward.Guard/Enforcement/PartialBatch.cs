using System.Runtime.InteropServices;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// Applies a batch as one transaction and, where the kernel refuses it, the most of it: halves of it, and halves of those, down to the
/// single change that is refused. One bad ban does not keep out the others.
/// </summary>
/// <param name="firewall">The kernel.</param>
public sealed class PartialBatch(IFirewall firewall)
{
    // Where everything is refused (no permission, no memory), splitting down to single changes would help nothing and take long.
    private const int MaxTransactions = 256;

    private int _transactions;

    /// <summary>Applies the changes.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="problem">What the first refusal was; null where there was none.</param>
    /// <returns>How many changes were refused.</returns>
    public int Apply(List<ElementChange> changes, out Problem? problem)
    {
        problem = null;
        if (changes.Count == 0)
        {
            return 0;
        }

        _transactions++;
        if (firewall.ApplyElements(GuardTable.Name, changes).TryGet(out _, out problem))
        {
            return 0;
        }

        // Where somebody has just removed a set, no part of the batch fares better: the next comparison makes it anew.
        return IsMissingSet(changes) ? changes.Count : Halves(changes, ref problem);
    }

    private bool IsMissingSet(List<ElementChange> changes) =>
        firewall.ReadTable(GuardTable.Name).TryGet(out FirewallTable? table, out _)
        && changes.Exists(change => !table.Sets.ContainsKey(change.Set));

    private int Split(List<ElementChange> changes, ref Problem? problem)
    {
        _transactions++;
        if (firewall.ApplyElements(GuardTable.Name, changes).TryGet(out _, out Problem? refusal))
        {
            return 0;
        }

        problem ??= refusal;
        return Halves(changes, ref problem);
    }

    private int Halves(List<ElementChange> changes, ref Problem? problem)
    {
        if (changes.Count == 1 || _transactions >= MaxTransactions)
        {
            return changes.Count;
        }

        ReadOnlySpan<ElementChange> all = CollectionsMarshal.AsSpan(changes);
        int half = all.Length / 2;
        return Split([.. all[..half]], ref problem) + Split([.. all[half..]], ref problem);
    }
}
