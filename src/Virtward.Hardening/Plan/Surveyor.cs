using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Plan;

/// <summary>Looks how a machine is and leaves out of wanted changes what is already so. Changes nothing.</summary>
/// <param name="runner">The machine.</param>
public sealed class Surveyor(StepRunner runner)
{
    /// <summary>What of the changes is still to be done.</summary>
    /// <param name="changes">What is wanted.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>The changes that are left, or the first thing that could not be read.</returns>
    public async Task<Result<ImmutableArray<PlannedChange>>> LeftAsync(ImmutableArray<Change> changes, CancellationToken cancel)
    {
        ImmutableArray<PlannedChange>.Builder left = ImmutableArray.CreateBuilder<PlannedChange>();
        foreach (Change change in changes)
        {
            if (!(await LeftAsync(change.Steps, cancel)).TryGet(out ImmutableArray<PlannedStep> steps, out Problem? problem)
                || !(await LeftAsync(change.Lasting, cancel)).TryGet(out ImmutableArray<PlannedStep> lasting, out problem))
            {
                return problem;
            }

            if (!steps.IsEmpty || !lasting.IsEmpty)
            {
                left.Add(new PlannedChange(change, steps, lasting));
            }
        }

        return left.ToImmutable();
    }

    /// <summary>What a plan was made from and is no longer so, a clause each; empty where the plan still fits.</summary>
    public async Task<Result<ImmutableArray<string>>> StaleAsync(ClosingPlan plan, CancellationToken cancel)
    {
        ImmutableArray<string>.Builder stale = ImmutableArray.CreateBuilder<string>();
        foreach (PlannedStep planned in plan.Changes.SelectMany(static change => change.Steps.Concat(change.Lasting)))
        {
            // What an earlier step brings the program for cannot be read yet.
            if (planned.Before is CommandBefore { IsUnread: true })
            {
                continue;
            }

            if (!(await runner.ReadAsync(planned.Step, cancel)).TryGet(out StepState? now, out Problem? problem))
            {
                return problem;
            }

            if (!now.Equals(planned.Before))
            {
                stale.Add(StepWords.Subject(planned.Step));
            }
        }

        return stale.ToImmutable();
    }

    private async Task<Result<ImmutableArray<PlannedStep>>> LeftAsync(ImmutableArray<Step> steps, CancellationToken cancel)
    {
        List<PlannedStep> all = [];
        foreach (Step step in steps)
        {
            if ((await runner.ReadAsync(step, cancel)).TryGet(out StepState? state, out Problem? problem))
            {
                all.Add(new PlannedStep(step, state));
            }
            else if (step is CommandStep && all.Exists(static one => one is { Step: PackageStep { Installed: true }, Before: PackageBefore { Version: null } }))
            {
                all.Add(new PlannedStep(step, new CommandBefore("") { IsUnread = true }));
            }
            else
            {
                return problem;
            }
        }

        // Settings of the kernel hang together (conf/all/forwarding writes through to every interface): those that hold are set again after those that do not.
        bool setting = all.Exists(one => one.Step is SysctlStep && !runner.Holds(one.Step, one.Before));
        return ImmutableArray.CreateRange(all.Where(one => !runner.Holds(one.Step, one.Before) || (setting && one is { Step: SysctlStep, Before: SysctlBefore { Value: not null } })));
    }
}
