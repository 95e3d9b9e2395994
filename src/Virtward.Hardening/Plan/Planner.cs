using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Machine;
using Virtward.Hardening.Makers;

namespace Virtward.Hardening.Plan;

/// <summary>Makes the plan that brings a host to what its policy says: what is wanted is computed from the facts, what is there is read from the machine itself.</summary>
public static class Planner
{
    /// <summary>Makes it.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="policy">What it should be.</param>
    /// <param name="policyText">The policy's text: the plan is pinned to it.</param>
    /// <param name="machine">The host's parts; only read.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<ClosingPlan>> MakeAsync(AuditFacts facts, HostPolicy policy, string policyText, HostMachine machine, CancellationToken cancel)
    {
        Wanted wanted = Want(facts, policy);
        if (!(await new Surveyor(new StepRunner(machine)).LeftAsync(wanted.Changes, cancel)).TryGet(out ImmutableArray<PlannedChange> left, out Problem? problem))
        {
            return problem;
        }

        return new ClosingPlan(facts.Now, facts.Host.Meta.Host, policy.Origin, DigestOf(policyText), left) { Notes = wanted.Notes };
    }

    /// <summary>What is wanted of a host, whether it is so already or not. What could lock out comes last, so that whatever fails has failed before.</summary>
    public static Wanted Want(AuditFacts facts, HostPolicy policy)
    {
        MadeChanges made = AllMakers.Of(facts, policy);
        IEnumerable<Change> changes = ((Change?[])[FirewalldChange.Of(policy, facts), FirewallChange.Of(policy, facts)]).OfType<Change>().Concat(made.Changes);
        return new Wanted([.. changes.OrderBy(static change => change.Risk == ChangeRisk.LockOut ? 1 : 0)], made.Notes);
    }

    /// <summary>A digest of a policy's text.</summary>
    public static string DigestOf(string policyText) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(policyText)));
}
