using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Transaction;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward history</c>: what was applied, by whom, and what became of it.</summary>
public static class HistoryCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string?> id = new("ID") { Description = "One transaction with all its differences; a list of all if not given.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("history", "Lists what was applied here: when, by whom, what became of it; or shows one transaction with its differences.") { id, json, state };
        command.SetAction(parsed =>
        {
            if (ClosingHost.Objection() is { } objection)
            {
                return host.Fail(objection with { What = "reading the history takes root: it holds what files held" });
            }

            Transactions transactions = ClosingHost.Transactions(host, parsed.GetValue(state)!);
            return parsed.GetValue(id) is { } one ? One(host, transactions, one, parsed.GetValue(json)) : All(host, transactions, parsed.GetValue(json));
        });
        return command;
    }

    private static int All(CommandHost host, Transactions transactions, bool json)
    {
        if (!transactions.List().TryGet(out ImmutableArray<TransactionRecord> all, out Problem? problem))
        {
            return host.Fail(problem);
        }

        if (json)
        {
            using (var writer = new Utf8JsonWriter(host.OutBytes))
            {
                writer.WriteStartObject();
                writer.WriteStartArray("transactions");
                foreach (TransactionRecord record in all.Reverse())
                {
                    HistoryView.Write(writer, record, transactions.ReadPlan(record.Id) is { IsOk: true } plan ? plan.Value : null);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            host.OutBytes.WriteByte((byte)'\n');
            return ExitCode.Ok;
        }

        if (all.IsEmpty)
        {
            host.Out.WriteLine("Nothing was ever applied here.");
        }

        foreach (TransactionRecord record in all.Reverse())
        {
            host.Out.WriteLine(HistoryView.Line(record, transactions.ReadPlan(record.Id) is { IsOk: true } plan ? plan.Value : null));
        }

        return ExitCode.Ok;
    }

    private static int One(CommandHost host, Transactions transactions, string id, bool json)
    {
        Problem? problem;
        if (!transactions.Read(id).TryGet(out TransactionRecord? record, out problem) || !transactions.ReadPlan(id).TryGet(out ClosingPlan? plan, out problem))
        {
            return host.Fail(problem);
        }

        if (json)
        {
            using (var writer = new Utf8JsonWriter(host.OutBytes))
            {
                HistoryView.Write(writer, record, plan, withDiffs: true);
            }

            host.OutBytes.WriteByte((byte)'\n');
            return ExitCode.Ok;
        }

        host.Out.WriteLine(HistoryView.Line(record, plan));
        foreach (string line in HistoryView.Events(record))
        {
            host.Out.WriteLine($"  {line}");
        }

        host.Out.WriteLine();
        new PlanView(host.Out, Paint.For(host.OutIsTerminal)).WriteApplied(plan);
        return ExitCode.Ok;
    }
}
