using Virtward.Core.Results;

namespace Virtward.Control;

/// <summary>
/// What a person or a script can ask of the guard. Three implementations: the daemon itself, the daemon over its socket, and the
/// store with the kernel where no daemon runs; a command does not know which one it speaks to.
/// </summary>
public interface IGuardControl
{
    /// <summary>Where things stand.</summary>
    Task<Result<StatusDocument>> StatusAsync(CancellationToken cancel);

    /// <summary>The bans in force, the newest first.</summary>
    /// <param name="evidence">Whether with the lines that decided: half of the answer, and most of the work.</param>
    /// <param name="cancel">Gives up.</param>
    Task<Result<BansDocument>> BansAsync(bool evidence, CancellationToken cancel);

    /// <summary>Bans an address or prefix by hand.</summary>
    Task<Result<ChangeDocument>> BanAsync(BanRequest request, CancellationToken cancel);

    /// <summary>Lifts every ban of an address or prefix, and those inside it.</summary>
    Task<Result<ChangeDocument>> UnbanAsync(TargetRequest request, CancellationToken cancel);

    /// <summary>Puts an address or prefix onto the never-ban list, and lifts what is banned of it.</summary>
    Task<Result<ChangeDocument>> AllowAsync(AllowRequest request, CancellationToken cancel);

    /// <summary>Takes an entry of <see cref="AllowAsync"/> back.</summary>
    Task<Result<ChangeDocument>> DisallowAsync(TargetRequest request, CancellationToken cancel);

    /// <summary>Lifts every ban and removes the guard's objects from the kernel.</summary>
    Task<Result<ChangeDocument>> FlushAsync(CancellationToken cancel);
}
