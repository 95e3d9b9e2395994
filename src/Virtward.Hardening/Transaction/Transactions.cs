using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;
using Virtward.Hardening.Plan;

namespace Virtward.Hardening.Transaction;

/// <summary>
/// Plans being applied, confirmed and taken back. One at a time on a host. Before each step what was is on the disk; a watch outside this process takes back what nobody
/// confirms, also when this process dies or the machine loses power. It ends confirmed, or as before.
/// </summary>
/// <param name="machine">The host.</param>
/// <param name="files">Where transactions are kept.</param>
/// <param name="watch">What takes a transaction back.</param>
/// <param name="boot">The clock that deadlines count by.</param>
/// <param name="clock">The clock for people.</param>
public sealed class Transactions(HostMachine machine, ITransactionFiles files, IRevertWatch watch, IBootClock boot, TimeProvider clock)
{
    private const int RestoreRounds = 3;
    private readonly StepRunner _runner = new(machine);

    /// <summary>All transactions, the oldest first.</summary>
    public Result<ImmutableArray<TransactionRecord>> List()
    {
        if (!files.List().TryGet(out IReadOnlyList<string>? ids, out Problem? problem))
        {
            return problem;
        }

        ImmutableArray<TransactionRecord>.Builder records = ImmutableArray.CreateBuilder<TransactionRecord>(ids.Count);
        foreach (string id in ids)
        {
            if (!Read(id).TryGet(out TransactionRecord? record, out problem))
            {
                return problem;
            }

            records.Add(record);
        }

        return records.ToImmutable();
    }

    /// <summary>One transaction.</summary>
    public Result<TransactionRecord> Read(string id) =>
        files.ReadJournal(id).TryGet(out IReadOnlyList<string>? lines, out Problem? problem) ? TransactionRecord.Read(id, lines) : problem;

    /// <summary>The plan of one transaction.</summary>
    public Result<ClosingPlan> ReadPlan(string id) => files.ReadPlan(id).TryGet(out string? text, out Problem? problem) ? PlanText.Read(text, id) : problem;

    /// <summary>The transaction that is neither confirmed nor taken back; null: none.</summary>
    public Result<TransactionRecord?> Pending() =>
        List().TryGet(out ImmutableArray<TransactionRecord> all, out Problem? problem)
            ? Result<TransactionRecord?>.Ok(all.LastOrDefault(static one => one.IsPending))
            : problem;

    /// <summary>Why a plan no longer fits the host; null: it does.</summary>
    public async Task<Problem?> StaleAsync(ClosingPlan plan, CancellationToken cancel)
    {
        if (!(await new Surveyor(_runner).StaleAsync(plan, cancel)).TryGet(out ImmutableArray<string> stale, out Problem? problem))
        {
            return problem;
        }

        string names = string.Join(", ", stale.Take(3)) + (stale.Length > 3 ? $" and {stale.Length - 3} more" : "");
        return stale.IsEmpty ? null : new Problem("the host has changed since the plan was made", names, "run virtward plan again");
    }

    /// <summary>Sets everything that a plan holds, and leaves it waiting for its confirmation. Where anything fails, all of it is taken back.</summary>
    public async Task<Result<TransactionRecord>> ApplyAsync(ApplyRequest request, CancellationToken cancel)
    {
        if (!Lock().TryGet(out IDisposable? held, out Problem? problem))
        {
            return problem;
        }

        using (held)
        {
            if (!Pending().TryGet(out TransactionRecord? pending, out problem))
            {
                return problem;
            }

            if (pending is not null)
            {
                return new Problem("another transaction is neither confirmed nor taken back", pending.Id, "run virtward confirm or virtward rollback first");
            }

            return await StaleAsync(request.Plan, cancel) is { } stale ? stale : await ApplyLockedAsync(request, cancel);
        }
    }

    /// <summary>Confirms the transaction that waits: what makes it last is set, and the watch is taken away.</summary>
    public async Task<Result<TransactionRecord>> ConfirmAsync(Actor actor, CancellationToken cancel)
    {
        if (!Lock().TryGet(out IDisposable? held, out Problem? problem))
        {
            return problem;
        }

        using (held)
        {
            if (!Pending().TryGet(out TransactionRecord? pending, out problem))
            {
                return problem;
            }

            if (pending is null)
            {
                return new Problem("there is nothing to confirm", null, "virtward history shows what was confirmed or taken back");
            }

            if (pending.Status != TransactionStatus.Waiting || pending.Waiting!.Boot != boot.Boot || boot.Uptime.TotalSeconds >= pending.Deadline)
            {
                return new Problem("the time to confirm is over, and the change is being taken back", pending.Id, "run virtward plan again");
            }

            if (ConfirmRule.Judge(pending, actor) is { } objection)
            {
                return objection;
            }

            return await ConfirmLockedAsync(pending.Id, actor, cancel);
        }
    }

    /// <summary>
    /// Takes a transaction back: one that is pending, or (with <paramref name="alsoConfirmed"/>) one that was confirmed. Restores what was, step by step, the last one first.
    /// </summary>
    /// <param name="id">Which one.</param>
    /// <param name="why">Why, for the history.</param>
    /// <param name="by">Who; null: the watch.</param>
    /// <param name="alsoConfirmed">Whether a confirmed one may be taken back.</param>
    /// <param name="patience">How long another process may hold the lock.</param>
    /// <param name="cancel">Gives up between steps; what is done so far stays done, and the watch goes on with it.</param>
    public async Task<Result<TransactionRecord>> RevertAsync(string id, string why, Actor? by, bool alsoConfirmed, TimeSpan patience, CancellationToken cancel)
    {
        long begun = clock.GetTimestamp();
        Problem? problem;
        IDisposable? held;
        while (!Lock().TryGet(out held, out problem))
        {
            if (clock.GetElapsedTime(begun) >= patience)
            {
                return problem;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), clock, cancel);
        }

        using (held)
        {
            if (!Read(id).TryGet(out TransactionRecord? record, out problem))
            {
                return problem;
            }

            if (record.Status == TransactionStatus.Reverted)
            {
                return record;
            }

            if (record.Status == TransactionStatus.Confirmed)
            {
                if (!alsoConfirmed)
                {
                    return record;
                }

                if (!Pending().TryGet(out TransactionRecord? pending, out problem))
                {
                    return problem;
                }

                if (pending is not null)
                {
                    return new Problem("another transaction is neither confirmed nor taken back", pending.Id, "run virtward confirm or virtward rollback first");
                }

                // From here on the watch goes on with it, should this process die.
                if (await watch.ArmAsync(id, cancel) is { IsOk: false } unarmed)
                {
                    return unarmed.Problem;
                }
            }

            return await RevertLockedAsync(id, why, by, cancel);
        }
    }

    /// <summary>
    /// Takes away what a watch left behind, where nothing is pending: whoever confirmed or took back may have been killed right before that.
    /// </summary>
    public async Task<Result<Done>> TidyAsync(string id, CancellationToken cancel)
    {
        if (!Lock().TryGet(out IDisposable? held, out Problem? problem))
        {
            return problem;
        }

        using (held)
        {
            return !Pending().TryGet(out TransactionRecord? pending, out problem) ? problem
                : pending is null ? await watch.DisarmAsync(id, cancel)
                : default(Done);
        }
    }

    /// <summary>What somebody has changed since a confirmed transaction set it: taking it back would undo that, too.</summary>
    public async Task<ImmutableArray<Conflict>> ConflictsAsync(TransactionRecord record, CancellationToken cancel)
    {
        Dictionary<string, JournalEntry> last = [];
        foreach (JournalEntry entry in record.Entries.Where(static entry => entry is { Kind: JournalKind.Set, Step: not null, State: not null }))
        {
            last[StepWords.Subject(entry.Step!)] = entry;
        }

        ImmutableArray<Conflict>.Builder conflicts = ImmutableArray.CreateBuilder<Conflict>();
        foreach ((string subject, JournalEntry entry) in last)
        {
            // Where it cannot even be read, as when its program is gone, it is not as it was set.
            if (!(await _runner.ReadAsync(entry.Step!, cancel)).TryGet(out StepState? now, out Problem? unread))
            {
                conflicts.Add(new Conflict($"{subject} (it cannot be read: {unread.What})", []));
                continue;
            }

            // What only a running kernel has is as it was set during that one.
            bool gone = entry.Boot != boot.Boot && entry.Step is (SysctlStep or FirewallStep);
            if (!gone && !now.Equals(entry.State) && !Stands(entry.Step!, now))
            {
                conflicts.Add(new Conflict(subject, StepDiff.Between(entry.State!, now)));
            }
        }

        return conflicts.ToImmutable();
    }

    // Units run and stop and packages get updates by themselves: whoever left alone what was asked of them has changed nothing.
    private bool Stands(Step step, StepState now) => step is (UnitStep or PackageStep) && _runner.Holds(step, now);

    private async Task<Result<TransactionRecord>> ApplyLockedAsync(ApplyRequest request, CancellationToken cancel)
    {
        string id = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow():yyyyMMdd-HHmmss}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
        if (files.Create(id, PlanText.Write(request.Plan)) is { IsOk: false } uncreated)
        {
            return uncreated.Problem;
        }

        if (Append(id, Entry(JournalKind.Begun) with { By = request.By, Within = request.Within.TotalSeconds }) is { IsOk: false } unwritten)
        {
            return unwritten.Problem;
        }

        Result<Done> set = await watch.ArmAsync(id, cancel);
        if (set.IsOk)
        {
            try
            {
                set = await SetAllAsync(id, request, cancel);
                set = set.IsOk ? await request.Verify(cancel) : set;
            }
            catch (OperationCanceledException)
            {
                set = new Problem("it was interrupted");
            }
        }

        if (set.IsOk)
        {
            set = Append(id, Entry(JournalKind.Waiting) with { Within = request.Within.TotalSeconds });
        }

        if (set.IsOk)
        {
            return Read(id);
        }

        // Not with the caller's token: who interrupts wants the host back as it was.
        Result<TransactionRecord> reverted = await RevertLockedAsync(id, set.Problem.ToString(), null, CancellationToken.None);
        return reverted.IsOk
            ? set.Problem with { Hint = $"{(set.Problem.Hint is { } hint ? hint + "; " : "")}everything is as it was before" }
            : reverted.Problem with { What = $"{set.Problem}; and taking it back failed: {reverted.Problem.What}" };
    }

    private async Task<Result<Done>> SetAllAsync(string id, ApplyRequest request, CancellationToken cancel)
    {
        int total = request.Plan.Changes.Sum(static change => change.Steps.Length);
        int done = 0;

        // Setting one kernel setting can change another, so what all of them were is written down before the first is set.
        for (int i = 0; i < request.Plan.Changes.Length; i++)
        {
            foreach (PlannedStep planned in request.Plan.Changes[i].Steps.Concat(request.Plan.Changes[i].Lasting).Where(static one => one.Step is SysctlStep))
            {
                if (Append(id, Entry(JournalKind.Setting) with { Change = i, Step = planned.Step, State = planned.Before }) is { IsOk: false } unwritten)
                {
                    return unwritten;
                }
            }
        }

        for (int i = 0; i < request.Plan.Changes.Length; i++)
        {
            PlannedChange change = request.Plan.Changes[i];
            int before = done;
            Result<Done> set = default(Done);
            foreach (PlannedStep planned in change.Steps)
            {
                cancel.ThrowIfCancellationRequested();
                request.Progress(new TransactionProgress(done++, total, change.Change));
                set = set.IsOk ? await SetAsync(id, i, planned, cancel) : set;
            }

            // What was only to be made to last has nothing to prove yet.
            set = set.IsOk && !change.Steps.IsEmpty ? await SettleAsync(change.Change, cancel) : set;
            set = !set.IsOk && change.Change.MayBeLeftOut ? await LeaveOutAsync(id, i, change.Change, set.Problem, cancel) : set;
            if (!set.IsOk)
            {
                return set;
            }

            done = before + change.Steps.Length;
        }

        return default(Done);
    }

    private async Task<Result<Done>> LeaveOutAsync(string id, int change, Change what, Problem why, CancellationToken cancel)
    {
        if (!Read(id).TryGet(out TransactionRecord? record, out Problem? problem))
        {
            return problem;
        }

        foreach (JournalEntry entry in record.Settings.Where(entry => entry.Change == change).Reverse())
        {
            if (await _runner.RestoreAsync(entry.Step!, entry.State!, cancel) is { IsOk: false } failed)
            {
                return failed;
            }
        }

        return Append(id, Entry(JournalKind.LeftOut) with { Change = change, Why = $"{what.Title}: {why}" });
    }

    private async Task<Result<Done>> ProveAsync(Change change, CancellationToken cancel)
    {
        Result<Done> proved = default(Done);
        foreach (Proof proof in change.Proofs)
        {
            proved = proved.IsOk ? await _runner.ProveAsync(proof, cancel) : proved;
        }

        return proved;
    }

    private async Task<Result<Done>> SettleAsync(Change change, CancellationToken cancel)
    {
        if (await ProveAsync(change, cancel) is { IsOk: false } objected)
        {
            return objected;
        }

        foreach (UnitEffect effect in change.Effects)
        {
            if (await _runner.NoticeAsync(effect, cancel) is { IsOk: false } failed)
            {
                return failed;
            }
        }

        return default(Done);
    }

    // The way back leads to what was when the transaction began, which is what the plan was made from: an earlier step may have changed it since.
    private async Task<Result<Done>> SetAsync(string id, int change, PlannedStep planned, CancellationToken cancel)
    {
        if (!(await _runner.ReadAsync(planned.Step, cancel)).TryGet(out StepState? now, out Problem? problem))
        {
            return problem;
        }

        StepState before = await _runner.ForeseeAsync(planned.Step, planned.Before is CommandBefore { IsUnread: true } ? now : planned.Before, cancel);
        JournalEntry entry = Entry(JournalKind.Setting) with { Change = change, Step = planned.Step, State = before };
        Result<Done> written = planned.Step is SysctlStep ? default(Done) : Append(id, entry);
        Result<Done> set = written.IsOk ? await _runner.SetAsync(planned.Step, now, cancel) : written;
        if (!set.IsOk)
        {
            return set;
        }

        return (await _runner.ReadAsync(planned.Step, cancel)).TryGet(out StepState? after, out problem)
            ? Append(id, Entry(JournalKind.Set) with { Change = change, Step = planned.Step, State = after })
            : problem;
    }

    private async Task<Result<TransactionRecord>> ConfirmLockedAsync(string id, Actor actor, CancellationToken cancel)
    {
        if (!ReadPlan(id).TryGet(out ClosingPlan? plan, out Problem? problem))
        {
            return problem;
        }

        if (!Read(id).TryGet(out TransactionRecord? record, out problem))
        {
            return problem;
        }

        HashSet<int?> leftOut = [.. record.Entries.Where(static entry => entry.Kind == JournalKind.LeftOut).Select(static entry => entry.Change)];
        Result<Done> done = Append(id, Entry(JournalKind.Confirming) with { By = actor });
        for (int i = 0; done.IsOk && i < plan.Changes.Length; i++)
        {
            foreach (PlannedStep planned in leftOut.Contains(i) ? [] : plan.Changes[i].Lasting)
            {
                done = done.IsOk ? await SetAsync(id, i, planned, CancellationToken.None) : done;
            }
        }

        done = done.IsOk ? Append(id, Entry(JournalKind.Confirmed) with { By = actor }) : done;
        if (!done.IsOk)
        {
            Result<TransactionRecord> reverted = await RevertLockedAsync(id, done.Problem.ToString(), null, CancellationToken.None);
            return reverted.IsOk ? done.Problem with { Hint = "everything is as it was before the change" } : reverted.Problem;
        }

        files.ReleaseReserve(id);
        return await watch.DisarmAsync(id, cancel) is { IsOk: false } left ? left.Problem : Read(id);
    }

    private async Task<Result<TransactionRecord>> RevertLockedAsync(string id, string why, Actor? by, CancellationToken cancel)
    {
        files.ReleaseReserve(id);
        if (Append(id, Entry(JournalKind.Reverting) with { Why = why, By = by }) is { IsOk: false } unwritten)
        {
            // The journal still says what was, and the watch that it is pending; restoring matters more than saying so.
            _ = unwritten;
        }

        if (!Read(id).TryGet(out TransactionRecord? record, out Problem? problem))
        {
            return problem;
        }

        ImmutableArray<Problem> left = [];
        for (int round = 0; round < RestoreRounds; round++)
        {
            left = await RestoreAllAsync(record, cancel);
            if (left.IsEmpty)
            {
                break;
            }

            // What this round restored is not restored again.
            record = Read(id).TryGet(out TransactionRecord? again, out _) ? again : record;
            await Task.Delay(TimeSpan.FromSeconds(round), clock, cancel);
        }

        if (!left.IsEmpty)
        {
            foreach (Problem one in left)
            {
                _ = Append(id, Entry(JournalKind.NotRestored) with { Why = one.ToString() });
            }

            return new Problem($"not everything could be restored: {left[0]}", id, "mend that and run virtward rollback again");
        }

        // It goes on when all services are up, by the second unit.
        if (record.Settings.Any(entry => _runner.MustWait(entry.Step!)))
        {
            return record;
        }

        if (Append(id, Entry(JournalKind.Reverted)) is { IsOk: false } unsaid)
        {
            return unsaid.Problem;
        }

        return await watch.DisarmAsync(id, CancellationToken.None) is { IsOk: false } remains ? remains.Problem : Read(id);
    }

    // The last step first. Settings of the kernel hang together (conf/all writes through to the interfaces), so they are looked at once more in the end.
    private async Task<ImmutableArray<Problem>> RestoreAllAsync(TransactionRecord record, CancellationToken cancel)
    {
        ImmutableArray<Problem>.Builder problems = ImmutableArray.CreateBuilder<Problem>();
        JournalEntry[] settings = [.. record.Settings];
        bool isLasting = record.Entries.Any(static entry => entry.Kind == JournalKind.Confirmed);
        HashSet<UnitEffect> told = [];
        HashSet<(int?, string)> restored = [.. record.Entries.Where(static entry => entry is { Kind: JournalKind.Restored, Step: not null }).Select(Place)];
        foreach (JournalEntry entry in settings.Reverse())
        {
            await RestoreAsync(entry);
        }

        if (record.Settings.Any() && ReadPlan(record.Id).TryGet(out ClosingPlan? plan, out Problem? unread))
        {
            foreach (int change in settings.Select(static entry => entry.Change ?? 0).Distinct().OrderDescending())
            {
                // What was there before may have been broken already: a service that runs goes on with what it has, and would not come back with that
                // (sshd that gets SIGHUP starts itself anew, and ends where it cannot read its files).
                // systemd itself may always read its units again; while the machine starts, no service is told anyway.
                Change made = plan.Changes[change].Change;
                bool sound = made.Effects.IsEmpty || machine.IsBooting || (await ProveAsync(made, cancel)).IsOk;
                foreach (UnitEffect effect in made.Effects.Where(effect => sound || effect.Unit is null))
                {
                    // Everything is as it was by now: once is enough, whatever change asks for it.
                    if (!told.Add(effect))
                    {
                        continue;
                    }

                    // A service that does not start now may not have started before either.
                    _ = await _runner.NoticeAsync(effect, cancel);
                }
            }
        }

        foreach (JournalEntry entry in settings.Where(static entry => entry.Step is SysctlStep))
        {
            await RestoreAsync(entry);
        }

        return problems.ToImmutable();

        async Task RestoreAsync(JournalEntry entry)
        {
            // What a running kernel had alone is gone with it; what was confirmed has come back by its files since.
            bool gone = entry.Boot != boot.Boot && entry.Step is (SysctlStep or FirewallStep) && !isLasting;
            if (gone || restored.Contains(Place(entry)) || _runner.MustWait(entry.Step!))
            {
                return;
            }

            if (await _runner.RestoreAsync(entry.Step!, entry.State!, cancel) is { IsOk: false } failed)
            {
                problems.Add(failed.Problem);
            }
            else if (entry.Step is CommandStep)
            {
                _ = Append(record.Id, Entry(JournalKind.Restored) with { Change = entry.Change, Step = entry.Step });
                restored.Add(Place(entry));
            }
        }

        static (int?, string) Place(JournalEntry entry) => (entry.Change, StepWords.Subject(entry.Step!));
    }

    private Result<IDisposable> Lock() => !files.TryLock().TryGet(out IDisposable? held, out Problem? problem) ? problem
        : held is not null ? Result<IDisposable>.Ok(held)
        : new Problem("another virtward is changing this host", null, "wait until it is done; virtward history shows it");

    private JournalEntry Entry(JournalKind kind) => new(kind, clock.GetUtcNow(), boot.Boot, boot.Uptime.TotalSeconds);

    private Result<Done> Append(string id, JournalEntry entry) => files.Append(id, JsonSerializer.Serialize(entry, PlanJson.Default.JournalEntry));
}
