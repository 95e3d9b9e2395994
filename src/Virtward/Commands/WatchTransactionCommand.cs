using System.CommandLine;
using Virtward.Core.Results;
using Virtward.Hardening.Transaction;
using Virtward.Linux.Changing;
using Command = System.CommandLine.Command;

namespace Virtward.Commands;

/// <summary>
/// <c>virtward watch-transaction</c>, which apply starts outside the session: takes a transaction back when its time is over, or when whoever worked on it is gone.
/// </summary>
public static class WatchTransactionCommand
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string> id = new("ID") { Description = "Which transaction." };
        Option<string> state = StateFolder.Option();
        var command = new Command("watch-transaction", "Takes a transaction back when nobody confirms it.") { id, state };
        command.Hidden = true;
        command.SetAction(async (parsed, cancel) =>
        {
            Detached.LetGo();
            string folder = parsed.GetValue(state)!;
            return await RunAsync(ClosingHost.Transactions(host, folder), new TransactionFiles(folder), parsed.GetValue(id)!, host.Clock, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(Transactions transactions, TransactionFiles files, string id, TimeProvider clock, CancellationToken cancel)
    {
        var boot = new BootClock();
        TransactionRecord? record = null;
        int known = -1;
        while (true)
        {
            // A journal only grows: understanding all of it twice a second would slow down those who write it.
            if (files.ReadJournal(id).TryGet(out IReadOnlyList<string>? lines, out _) && lines.Count != known)
            {
                record = TransactionRecord.Read(id, lines).TryGet(out TransactionRecord? read, out _) ? read : null;
                known = record is null ? -1 : lines.Count;
            }

            if (record is not null)
            {
                if (!record.IsPending)
                {
                    if ((await transactions.TidyAsync(id, cancel)).IsOk)
                    {
                        return ExitCode.Ok;
                    }

                    await Task.Delay(Every, clock, cancel);
                    continue;
                }

                string? why = record.Status == TransactionStatus.Waiting
                    ? boot.Uptime.TotalSeconds >= record.Deadline ? "nobody confirmed it in time" : null
                    : IsAbandoned(files) ? "whoever worked on it is gone" : null;
                if (why is not null)
                {
                    // Where not everything can be restored, it is tried again until it can.
                    Result<TransactionRecord> reverted = await transactions.RevertAsync(id, why, null, alsoConfirmed: false, TimeSpan.Zero, cancel);
                    if (reverted.IsOk)
                    {
                        return ExitCode.Ok;
                    }
                }
            }

            await Task.Delay(Every, clock, cancel);
        }
    }

    // The lock ends with the process that held it.
    private static bool IsAbandoned(TransactionFiles files)
    {
        if (!files.TryLock().TryGet(out IDisposable? held, out _) || held is null)
        {
            return false;
        }

        held.Dispose();
        return true;
    }
}
