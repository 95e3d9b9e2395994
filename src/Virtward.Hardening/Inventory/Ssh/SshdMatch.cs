using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>A Match block of sshd's configuration.</summary>
/// <param name="Path">The file.</param>
/// <param name="Number">The line, from 1.</param>
/// <param name="Criteria">What it asks, all of which must hold: <c>user</c> and its patterns; <c>all</c> without.</param>
/// <param name="Text">The criteria as they are written.</param>
/// <param name="Outer">The block whose Include brought it; null: none.</param>
public sealed record SshdMatch(string Path, int Number, ImmutableArray<(string Name, string Patterns)> Criteria, string Text, SshdMatch? Outer)
{
    /// <summary>Everything that must hold, of the blocks around it too.</summary>
    public IEnumerable<(string Name, string Patterns)> AllCriteria => Outer is null ? Criteria : Outer.AllCriteria.Concat(Criteria);

    /// <summary>Whether it applies to a connection.</summary>
    public bool Matches(SshConnection connection) => AllCriteria.All(one => connection.Meets(one.Name, one.Patterns));

    /// <summary><c>Match User backup</c>.</summary>
    public override string ToString() => $"Match {Text}";
}
