using System.CommandLine;
using Virtward.Core.Results;
using Virtward.Hardening.Transaction;
using Virtward.Linux.Changing;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward confirm</c>: what was applied lasts. Counts only from a connection that was opened after the change.</summary>
public static class ConfirmCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("confirm", "Makes last what virtward apply has set. Counts only from an SSH connection opened after the change, or from the machine's own console.") { json, state };
        command.SetAction(async (parsed, cancel) =>
        {
            if (ClosingHost.Objection() is { } objection)
            {
                return host.Fail(objection);
            }

            Result<TransactionRecord> confirmed = await ClosingHost.Transactions(host, parsed.GetValue(state)!).ConfirmAsync(SessionActor.Find(), cancel);
            if (!confirmed.TryGet(out TransactionRecord? record, out Problem? problem))
            {
                return host.Fail(problem);
            }

            HistoryView.Told(host, record, parsed.GetValue(json), "Confirmed: it lasts.");
            return ExitCode.Ok;
        });
        return command;
    }
}
