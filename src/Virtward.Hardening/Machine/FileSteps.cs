using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Whole text files.</summary>
internal sealed class FileSteps(IHostFiles files) : IStepHandler<FileStep, FileBefore>
{
    /// <summary>No configuration file is longer.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    public Task<Result<FileBefore>> ReadAsync(FileStep step, CancellationToken cancel) => Task.FromResult<Result<FileBefore>>(
        files.Read(step.Path, MaxBytes).TryGet(out FileImage? image, out Problem? problem)
            ? new FileBefore(image, image is null ? files.FirstMissingDirectory(step.Path) : null)
            : problem);

    public bool Holds(FileStep step, FileBefore state) => step.Content is null
        ? state.Image is null
        : state.Image is { LinkTarget: null } image && image.Content == Blob.FromText(step.Content);

    public Task<Result<Done>> SetAsync(FileStep step, FileBefore before, CancellationToken cancel)
    {
        if (step.Content is null)
        {
            return Task.FromResult(files.Remove(step.Path));
        }

        var content = Blob.FromText(step.Content);

        // A link is replaced by a file: what it leads to is somebody else's.
        FileImage image = before.Image is { LinkTarget: null } old ? old with { Content = content } : new FileImage(content, step.Mode, 0, 0);
        return Task.FromResult(files.Write(step.Path, image));
    }

    public Task<Result<Done>> RestoreAsync(FileStep step, FileBefore before, CancellationToken cancel)
    {
        if (files.Tidy(step.Path) is { IsOk: false } left)
        {
            return Task.FromResult(left);
        }

        if (before.Image is not null)
        {
            return Task.FromResult(files.Read(step.Path, MaxBytes).TryGet(out FileImage? now, out _) && before.Image.Equals(now)
                ? default(Done)
                : files.Write(step.Path, before.Image));
        }

        Result<Done> removed = files.Remove(step.Path);
        return Task.FromResult(removed.IsOk && before.MissingDirectory is not null
            ? files.RemoveEmptyDirectories(step.Path, before.MissingDirectory)
            : removed);
    }
}
