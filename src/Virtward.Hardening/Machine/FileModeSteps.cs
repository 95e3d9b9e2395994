using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Permission bits of files.</summary>
internal sealed class FileModeSteps(IHostFiles files) : IStepHandler<FileModeStep, FileModeBefore>
{
    public Task<Result<FileModeBefore>> ReadAsync(FileModeStep step, CancellationToken cancel) => Task.FromResult<Result<FileModeBefore>>(
        files.Read(step.Path, FileSteps.MaxBytes).TryGet(out FileImage? image, out Problem? problem)
            ? image is { LinkTarget: not null }
                ? new Problem("is a symbolic link, whose mode means nothing", step.Path, "set the mode of the file that it leads to")
                : new FileModeBefore(image?.Mode)
            : problem);

    public bool Holds(FileModeStep step, FileModeBefore state) => state.Mode is null || state.Mode == step.Mode;

    public Task<Result<Done>> SetAsync(FileModeStep step, FileModeBefore before, CancellationToken cancel) =>
        Task.FromResult(before.Mode is null ? default(Done) : files.SetMode(step.Path, step.Mode));

    public Task<Result<Done>> RestoreAsync(FileModeStep step, FileModeBefore before, CancellationToken cancel) =>
        Task.FromResult(before.Mode is { } mode ? files.SetMode(step.Path, mode) : default(Done));
}
