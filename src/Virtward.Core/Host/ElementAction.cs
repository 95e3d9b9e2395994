namespace Virtward.Core.Host;

/// <summary>What becomes of an element of a set.</summary>
public enum ElementAction
{
    /// <summary>It is added; for one that is known to be absent, the cheap way for many at once.</summary>
    Add,

    /// <summary>
    /// It is there afterwards with exactly this timeout and count, whatever was there before: <c>add; delete; add</c> in one transaction,
    /// because kernels before 6.12 silently keep the old timeout of an element that is added again.
    /// </summary>
    Put,

    /// <summary>It is absent afterwards, whether it was there or not: <c>add; delete</c>, because deleting an absent one is an error.</summary>
    Remove,
}
