using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Reads, sets and restores one kind of step on a machine.</summary>
/// <typeparam name="TStep">The kind of step.</typeparam>
/// <typeparam name="TState">What it reads.</typeparam>
internal interface IStepHandler<TStep, TState>
    where TStep : Step
    where TState : StepState
{
    /// <summary>How it is now. Changes nothing.</summary>
    Task<Result<TState>> ReadAsync(TStep step, CancellationToken cancel);

    /// <summary>Whether that is as the step wants it.</summary>
    bool Holds(TStep step, TState state);

    /// <summary>Sets it. May be repeated.</summary>
    Task<Result<Done>> SetAsync(TStep step, TState before, CancellationToken cancel);

    /// <summary>Puts back what was. May be repeated, also where <see cref="SetAsync"/> never ran or broke off half-way.</summary>
    Task<Result<Done>> RestoreAsync(TStep step, TState before, CancellationToken cancel);
}
