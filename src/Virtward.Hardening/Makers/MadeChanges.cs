using System.Collections.Immutable;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Makers;

/// <summary>What one maker found to do on a host.</summary>
/// <param name="Changes">The changes; none: everything is as it should be, or it is not this maker's host.</param>
/// <param name="Notes">What is left undone, and why, a sentence each.</param>
public sealed record MadeChanges(ImmutableArray<Change> Changes, ImmutableArray<string> Notes)
{
    /// <summary>Nothing to do.</summary>
    public static readonly MadeChanges None = new([], []);

    /// <summary>One change.</summary>
    public static MadeChanges Of(Change change, params IEnumerable<string> notes) => new([change], [.. notes]);

    /// <summary>Nothing done, and why.</summary>
    public static MadeChanges Only(params IEnumerable<string> notes) => new([], [.. notes]);

    /// <summary>Several makers' together, in order.</summary>
    public static MadeChanges Join(params IEnumerable<MadeChanges> all)
    {
        MadeChanges[] each = [.. all];
        return new MadeChanges([.. each.SelectMany(static one => one.Changes)], [.. each.SelectMany(static one => one.Notes)]);
    }
}
