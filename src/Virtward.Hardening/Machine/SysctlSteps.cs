using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Settings of the running kernel.</summary>
internal sealed class SysctlSteps(IKernelSettings kernel) : IStepHandler<SysctlStep, SysctlBefore>
{
    public Task<Result<SysctlBefore>> ReadAsync(SysctlStep step, CancellationToken cancel) => Task.FromResult<Result<SysctlBefore>>(
        kernel.Read(step.Path).TryGet(out string? value, out Problem? problem) ? new SysctlBefore(value) : problem);

    // What this kernel has not, no step can set: an interface that is gone, a module that is not loaded.
    public bool Holds(SysctlStep step, SysctlBefore state) => state.Value is null || state.Value == step.Value;

    public Task<Result<Done>> SetAsync(SysctlStep step, SysctlBefore before, CancellationToken cancel) =>
        Task.FromResult(before.Value is null ? default(Done) : kernel.Write(step.Path, step.Value));

    public Task<Result<Done>> RestoreAsync(SysctlStep step, SysctlBefore before, CancellationToken cancel)
    {
        if (before.Value is null || !kernel.Read(step.Path).TryGet(out string? now, out Problem? problem))
        {
            return Task.FromResult<Result<Done>>(default(Done));
        }

        // An interface that has gone meanwhile takes its settings with it; some settings (kexec_load_disabled) only ever go one way, and then stay.
        return Task.FromResult(now is null || now == before.Value ? default(Done) : kernel.Write(step.Path, before.Value));
    }
}
