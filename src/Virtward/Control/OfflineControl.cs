using System.Collections.Immutable;
using Virtward.Commands;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Daemon;
using Virtward.Guard.Bans;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;

namespace Virtward.Control;

/// <summary>
/// The guard where no daemon runs. What is asked is read from the store; what is changed is changed by a guard that is started for
/// it, follows no log, and ends with it: store and kernel alike, by the same rules.
/// </summary>
/// <param name="host">The streams and the clock.</param>
/// <param name="state">The guard's folder.</param>
public sealed class OfflineControl(CommandHost host, string state) : IGuardControl
{
    private readonly string _store = Path.Combine(Path.GetFullPath(state), SqliteStoreFile.FileName);

    /// <inheritdoc/>
    public Task<Result<StatusDocument>> StatusAsync(CancellationToken cancel)
    {
        var status = new StatusDocument
        {
            Version = LiveControl.Version,
            Running = false,
            Bans = BanTotals.Of(new ShutOut(0, 0, 0, 0, 0)),
            Drift = DriftDocument.Of(DriftFile.Read(state)),
            Pending = PendingDocument.Of(state),
        };

        // A host may be closed and watched for drift without a guard.
        return Task.FromResult(StateFiles.IsHidden(_store) || new StateFiles().Exists(_store)
            ? Read((store, now) => store.CountInForce(now), count => status with { Bans = BanTotals.Of(count) })
            : status with { Warnings = ["the guard has never run here and bans nobody (virtward daemon starts it)"] });
    }

    /// <inheritdoc/>
    public Task<Result<BansDocument>> BansAsync(bool evidence, CancellationToken cancel) => Task.FromResult(Read(
        (store, now) => store.Find(new BanQuery { InForceAt = now }),
        found => new BansDocument(new BanDocumentCollection(
            found.Count, found.Select(stored => BanDocument.Of(evidence ? stored.Ban : stored.Ban with { Evidence = null }, stored.Ban.ShutsOut, (ulong)stored.Packets, (ulong)stored.Bytes))))));

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> BanAsync(BanRequest request, CancellationToken cancel) =>
        ChangeAsync(guard => guard.BanAsync(request, cancel));

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> UnbanAsync(TargetRequest request, CancellationToken cancel) =>
        ChangeAsync(guard => guard.UnbanAsync(request, cancel));

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> AllowAsync(AllowRequest request, CancellationToken cancel) =>
        ChangeAsync(guard => guard.AllowAsync(request, cancel));

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> DisallowAsync(TargetRequest request, CancellationToken cancel) =>
        ChangeAsync(guard => guard.DisallowAsync(request, cancel));

    /// <inheritdoc/>
    public Task<Result<ChangeDocument>> FlushAsync(CancellationToken cancel) => ChangeAsync(guard => guard.FlushAsync(cancel));

    private Result<TDocument> Read<T, TDocument>(Func<IGuardStore, UnixTime, Result<T>> read, Func<T, TDocument> describe)
    {
        if (StateFiles.IsHidden(_store))
        {
            return new Problem("cannot look at the guard's state", _store, "run it as root; while the guard is at work, members of the group virtward may ask it");
        }

        if (!new SqliteStoreFile(new StateFiles(), host.Clock).OpenReadOnly(state).TryGet(out IGuardStore? store, out Problem? problem))
        {
            return problem;
        }

        using (store)
        {
            return read(store, UnixTime.Now(host.Clock)).TryGet(out T? found, out problem) ? describe(found) : problem;
        }
    }

    private async Task<Result<ChangeDocument>> ChangeAsync(Func<IGuardControl, Task<Result<ChangeDocument>>> change)
    {
        if (PolicyFile.Load(host, new HostTextFiles(), null) is not { } policy)
        {
            return new Problem("the policy has mistakes, so the never-ban list is not known", PolicyFile.Default, "mend it first");
        }

        var options = new GuardHostOptions(policy, state) { Follow = false };
        if (!GuardHost.Start(options, new QuietListener(host), host.Clock, out ImmutableArray<Problem> _).TryGet(out GuardHost? guard, out Problem? problem))
        {
            return problem;
        }

        await using (guard)
        {
            return await change(new LiveControl(guard, running: false));
        }
    }
}
