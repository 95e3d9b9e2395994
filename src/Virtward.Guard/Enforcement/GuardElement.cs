using Virtward.Core.Net;

namespace Virtward.Guard.Enforcement;

/// <summary>One element of a guard set.</summary>
/// <param name="Set">The set.</param>
/// <param name="Key">The first address of the prefix that it bans.</param>
public readonly record struct GuardElement(GuardSet Set, Address Key)
{
    /// <summary>The prefix that it bans.</summary>
    public Prefix Prefix => new(Key, Set.Length);
}
