using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>A maker of changes, and the checks that it answers: docs/checks and an audit's remedies name its change.</summary>
/// <param name="Id">The id of the change that it makes; of several, what their ids begin with, and a dot: <c>guest.console.</c>.</param>
/// <param name="Make">Makes what is to be done on a host.</param>
/// <param name="Checks">The checks that it answers.</param>
public sealed record Maker(string Id, Func<AuditFacts, HostPolicy, MadeChanges> Make, ImmutableArray<Check> Checks)
{
    /// <summary>Which findings of these checks a change that it made answers: all, where a check is not only about what it can set.</summary>
    public Func<AuditFacts, Change, Finding, bool> Answers { get; init; } = static (_, _, _) => true;

    /// <summary>Its id as a person reads it: <c>guest.console.NAME</c>.</summary>
    public string Name => Id.EndsWith('.') ? $"{Id}NAME" : Id;

    /// <summary>Whether a change is one of its own.</summary>
    public bool Makes(Change change) => Id.EndsWith('.') ? change.Id.StartsWith(Id, StringComparison.Ordinal) : change.Id == Id;
}
