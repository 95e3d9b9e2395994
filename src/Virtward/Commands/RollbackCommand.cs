using System.Collections.Immutable;
using System.CommandLine;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Transaction;
using Virtward.Linux.Changing;
using Virtward.Output;
using Command = System.CommandLine.Command;

namespace Virtward.Commands;

/// <summary><c>virtward rollback</c>: the host as it was before a transaction.</summary>
public static class RollbackCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string?> id = new("ID") { Description = "Which transaction (virtward history); if not given the one that waits, else the last one.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> force = new("--force") { Description = "Also undo what somebody has changed since." };
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        Option<bool> unconfirmed = new("--unconfirmed") { Description = "Only what was never confirmed and that nobody works on; nothing where there is none.", Hidden = true };
        Option<bool> boot = new("--at-boot") { Description = "The machine is just starting.", Hidden = true };
        var command = new Command("rollback", "Takes back what a transaction has set: one that waits for its confirmation, or any that was confirmed.") { id, force, json, state, unconfirmed, boot };
        command.SetAction(async (parsed, cancel) =>
        {
            if (ClosingHost.Objection() is { } objection)
            {
                return host.Fail(objection);
            }

            Transactions transactions = ClosingHost.Transactions(host, parsed.GetValue(state)!, parsed.GetValue(boot));
            return parsed.GetValue(unconfirmed)
                ? await UnconfirmedAsync(host, transactions, cancel)
                : await RunAsync(host, transactions, parsed.GetValue(id), parsed.GetValue(force), parsed.GetValue(json), cancel);
        });
        return command;
    }

    private static async Task<int> UnconfirmedAsync(CommandHost host, Transactions transactions, CancellationToken cancel)
    {
        if (!transactions.Pending().TryGet(out TransactionRecord? pending, out Problem? problem))
        {
            return host.Fail(problem);
        }

        if (pending is null)
        {
            return ExitCode.Ok;
        }

        Result<TransactionRecord> reverted = await transactions.RevertAsync(pending.Id, "nobody confirmed it before the machine started anew", null, alsoConfirmed: false, Patience, cancel);
        return reverted.IsOk ? ExitCode.Ok : host.Fail(reverted.Problem);
    }

    private static async Task<int> RunAsync(CommandHost host, Transactions transactions, string? id, bool force, bool json, CancellationToken cancel)
    {
        if (!Find(transactions, id).TryGet(out TransactionRecord? record, out Problem? problem))
        {
            return host.Fail(problem);
        }

        if (record.Status == TransactionStatus.Reverted)
        {
            return host.Fail(new Problem("it was taken back already", record.Id, "virtward history shows when and why"));
        }

        if (record.Status == TransactionStatus.Confirmed && !force)
        {
            ImmutableArray<Conflict> conflicts = await transactions.ConflictsAsync(record, cancel);
            if (!conflicts.IsEmpty)
            {
                return Refused(host, record.Id, conflicts);
            }
        }

        Actor actor = SessionActor.Find();
        Result<TransactionRecord> reverted = await transactions.RevertAsync(record.Id, "by hand", actor, alsoConfirmed: true, Patience, cancel);
        if (!reverted.TryGet(out TransactionRecord? done, out problem))
        {
            return host.Fail(problem);
        }

        HistoryView.Told(host, done, json, HasStartedSince(done)
            ? "Taken back: files, packages, units, the firewall and the kernel's settings are as they were before. This machine has started since: guests get back their old consoles, and interfaces "
                + "that were made at the start their old settings, when they are started again."
            : "Taken back: everything is as it was before.");
        return ExitCode.Ok;
    }

    // Each with its difference, from what was set to what is there now.
    private static int Refused(CommandHost host, string id, ImmutableArray<Conflict> conflicts)
    {
        int code = ExitCode.Ok;
        foreach (Conflict one in conflicts)
        {
            code = Math.Max(code, host.Fail(new Problem($"somebody has changed since what {id} set", one.What, "look at it, then give --force to undo that, too")));
            foreach (string line in one.Difference)
            {
                // Files are somebody else's text: nothing in it is to steer a terminal.
                host.Error.WriteLine("    " + Words.Safe(line));
            }
        }

        return code;
    }

    private static bool HasStartedSince(TransactionRecord done) => done.Entries.Select(static entry => entry.Boot).Distinct().Count() > 1;

    private static Result<TransactionRecord> Find(Transactions transactions, string? id)
    {
        if (id is not null)
        {
            return transactions.Read(id);
        }

        if (!transactions.List().TryGet(out ImmutableArray<TransactionRecord> all, out Problem? problem))
        {
            return problem;
        }

        return all.LastOrDefault(static one => one.IsPending) ?? all.LastOrDefault(static one => one.Status == TransactionStatus.Confirmed)
            ?? Result<TransactionRecord>.Fail(new Problem("there is nothing to take back", null, "virtward history shows what there was"));
    }
}
