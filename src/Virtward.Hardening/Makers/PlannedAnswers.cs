using System.Collections.Immutable;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Which finding of an audit a plan of the same host has a change for.</summary>
public sealed class PlannedAnswers
{
    private readonly AuditFacts _facts;
    private readonly Dictionary<string, ImmutableArray<Change>> _made = new(StringComparer.Ordinal);

    /// <summary>For a host, under its policy. A maker is asked when the first finding of a check of its comes up.</summary>
    public PlannedAnswers(AuditFacts facts) => _facts = facts;

    /// <summary>The id of the change that answers a finding; null: a plan has none.</summary>
    public string? Find(Check check, Finding finding)
    {
        foreach (Maker maker in AllMakers.All.Prepend(AllMakers.Firewall).Where(maker => maker.Checks.Any(one => one.Id == check.Id)))
        {
            if (Made(maker).FirstOrDefault(change => change.Checks.Contains(check.Id) && maker.Answers(_facts, change, finding)) is { } change)
            {
                return change.Id;
            }
        }

        return null;
    }

    private ImmutableArray<Change> Made(Maker maker)
    {
        if (!_made.TryGetValue(maker.Id, out ImmutableArray<Change> made))
        {
            _made[maker.Id] = made = maker.Make(_facts, _facts.Policy).Changes;
        }

        return made;
    }
}
