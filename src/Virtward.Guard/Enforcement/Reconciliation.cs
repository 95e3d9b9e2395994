using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>What a comparison of the kernel with the bans in force found and repaired.</summary>
/// <param name="Rebuilt">Whether the table, its chain or its sets had to be made anew.</param>
/// <param name="Added">Elements that were missing.</param>
/// <param name="Renewed">Elements with another time left than their ban has.</param>
/// <param name="Removed">Elements that no ban is behind.</param>
/// <param name="Refused">Changes among these that the kernel refused; they are tried again.</param>
/// <param name="Problem">Why it refused the first of them; null where it took all.</param>
public sealed record Reconciliation(bool Rebuilt, int Added, int Renewed, int Removed, int Refused, Problem? Problem)
{
    /// <summary>Why frames that are only bridged through this host are not all covered; null where they are. All else is enforced.</summary>
    public Problem? Uncovered { get; init; }

    /// <summary>Whether the kernel held just what it should.</summary>
    public bool FoundNothing => !Rebuilt && Added + Renewed + Removed == 0;
}
