using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Preflight;
using Virtward.Hardening.Transaction;
using Virtward.Linux;
using Virtward.Linux.Changing;
using Virtward.Output;
using Command = System.CommandLine.Command;

namespace Virtward.Commands;

/// <summary><c>virtward apply</c>: the plan, set as one transaction that is taken back unless it is confirmed over a new connection.</summary>
public static class ApplyCommand
{
    private const int MaxPlan = 64 * 1024 * 1024;
    private const int DefaultSeconds = 300;
    private const int Looks = 3;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(3);

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<string?> file = new("PLAN") { Description = "A plan that virtward plan --out has saved; a fresh one if not given.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> policy = CommandOptions.Policy();
        Option<bool> yes = new("--yes") { Description = "Do not ask." };
        Option<int?> within = CommandOptions.Number("--confirm-within", "SECONDS", "a time in seconds", 10, 86400, $"How long a confirmation is waited for, {DefaultSeconds} seconds if not given.");
        Option<TimeSpan?> patience = CommandOptions.Patience();
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("apply", "Makes this host what its policy says, and takes it back unless virtward confirm is run over a new connection.")
        {
            file, policy, yes, within, patience, json, state,
        };
        command.SetAction((parsed, cancel) => RunAsync(
            host,
            new Wish(parsed.GetValue(file), parsed.GetValue(policy), parsed.GetValue(yes), TimeSpan.FromSeconds(parsed.GetValue(within) ?? DefaultSeconds), parsed.GetValue(patience) ?? TimeSpan.Zero, parsed.GetValue(json), parsed.GetValue(state)!),
            cancel));
        return command;
    }

    private sealed record Wish(string? File, string? Policy, bool Yes, TimeSpan Within, TimeSpan Patience, bool Json, string State);

    private static async Task<int> RunAsync(CommandHost host, Wish wish, CancellationToken cancel)
    {
        if (ClosingHost.Objection() is { } objection)
        {
            return host.Fail(objection);
        }

        Transactions transactions = ClosingHost.Transactions(host, wish.State);
        if (!transactions.Pending().TryGet(out TransactionRecord? pending, out Problem? problem))
        {
            return host.Fail(problem);
        }

        if (pending is not null)
        {
            return host.Fail(new Problem("another transaction is neither confirmed nor taken back", pending.Id, "run virtward confirm or virtward rollback first"));
        }

        if (await ClosingPlans.MakeAsync(host, wish.Policy, ClosingHost.Machine(wish.State), wish.Patience, cancel) is not { } made || PlanOf(host, wish, made) is not { } plan)
        {
            return ExitCode.Failed;
        }

        if (plan.IsEmpty)
        {
            return Nothing(host, wish, plan);
        }

        // A plan of a host that was otherwise is not worth a look at whom it would lock out.
        if (wish.File is not null && await transactions.StaleAsync(plan, cancel) is { } stale)
        {
            return host.Fail(stale);
        }

        Actor actor = SessionActor.Find();
        Result<PreflightVerdict> judged = PlanPreflight.Judge(made.Facts, plan, actor);
        if (!judged.IsOk)
        {
            return host.Fail(judged.Problem with { What = $"this plan would lock out, so it is not applied: {judged.Problem.What}" });
        }

        if (Agreed(host, wish, plan, judged.Value) is { } no)
        {
            return no;
        }

        var progress = new Progress(host.Error, host.ErrorIsTerminal, host.Clock);
        var request = new ApplyRequest(plan, actor, wish.Within)
        {
            Progress = now => progress.Show(() => $"step {now.Done + 1} of {now.Total}: {now.Change.Title}"),
            Verify = token => VerifyAsync(host, made, plan, (actor, wish.Patience), token),
        };
        Result<TransactionRecord> applied = await transactions.ApplyAsync(request, cancel);
        progress.Clear();
        if (!applied.TryGet(out TransactionRecord? waiting, out problem))
        {
            return host.Fail(problem);
        }

        Tell(host, wish, waiting, plan);
        return host.OutIsTerminal && !wish.Json ? await WaitAsync(host, transactions, waiting.Id, cancel) : ExitCode.Ok;
    }

    private static ClosingPlan? PlanOf(CommandHost host, Wish wish, ClosingPlans.Made made)
    {
        if (wish.File is null)
        {
            return made.Plan;
        }

        Problem? problem;
        if (!new HostTextFiles().ReadText(Path.GetFullPath(wish.File), MaxPlan).TryGet(out string? text, out problem)
            || !PlanText.Read(text, wish.File).TryGet(out ClosingPlan? saved, out problem))
        {
            host.Fail(problem);
            return null;
        }

        if (saved.PolicyDigest == made.Plan.PolicyDigest && saved.Host == made.Plan.Host)
        {
            return saved;
        }

        host.Fail(saved.Host == made.Plan.Host
            ? new Problem("the policy has changed since the plan was made", wish.File, "run virtward plan again")
            : new Problem($"this is a plan for {saved.Host}, and this is {made.Plan.Host}", wish.File, "run virtward plan here"));
        return null;
    }

    // What came out is looked at with fresh eyes: whoever could come in before must still be able to.
    private static async Task<Result<Done>> VerifyAsync(CommandHost host, ClosingPlans.Made made, ClosingPlan plan, (Actor Actor, TimeSpan Patience) by, CancellationToken cancel)
    {
        AuditFacts now = await ClosingPlans.GatherAsync(host, made.Policy, by.Patience, cancel);
        for (int looks = 1; PlanPreflight.Judge(now, null, by.Actor) is { IsOk: false } lost; looks++)
        {
            if (looks == Looks)
            {
                return lost.Problem with { What = $"it did not come out as planned: {lost.Problem.What}" };
            }

            // A service that was told to reload takes its time: sshd closes its sockets and opens them anew.
            await Task.Delay(BetweenLooks, host.Clock, cancel);
            now = await ClosingPlans.GatherAsync(host, made.Policy, by.Patience, cancel);
        }

        HashSet<string> answered = [.. plan.Changes.SelectMany(static change => change.Change.Checks)];
        AuditFacts lasting = PlannedFiles.On(now, plan.Changes.SelectMany(static change => change.Change.Lasting));
        AuditReport report = Auditor.Run(lasting, [.. Catalogue.All.Where(check => answered.Contains(check.Id))], made.Policy.Audit.Waivers, static _ => { }, cancel);
        foreach (CheckResult result in report.Open)
        {
            Finding worst = result.Outcome.Findings.MaxBy(finding => finding.Severity ?? result.Check.Severity)!;
            string more = result.Outcome.Findings.Length > 1 ? $" and {result.Outcome.Findings.Length - 1} more" : "";
            host.Error.WriteLine($"virtward: still found after the change: {result.Check.Id} {Words.Safe($"{worst.Subject}{more}: {worst.What}")}");
        }

        return default(Done);
    }

    private static int Nothing(CommandHost host, Wish wish, ClosingPlan plan)
    {
        if (wish.Json)
        {
            using (var writer = new Utf8JsonWriter(host.OutBytes))
            {
                writer.WriteStartObject();
                writer.WriteString("status", "nothing-to-do");
                writer.WriteEndObject();
            }

            host.OutBytes.WriteByte((byte)'\n');
        }
        else
        {
            new PlanView(host.Out, Paint.For(host.OutIsTerminal)).Write(plan, all: false);
        }

        return ExitCode.Ok;
    }

    // What it ends with where nobody agrees; null: somebody did.
    private static int? Agreed(CommandHost host, Wish wish, ClosingPlan plan, PreflightVerdict verdict)
    {
        if (wish.Yes)
        {
            return null;
        }

        if (Console.IsInputRedirected || !host.OutIsTerminal)
        {
            return host.Fail(new Problem("nobody is there to agree to the plan", Hint: "look at virtward plan, then give --yes"));
        }

        new PlanView(host.Out, Paint.For(host.OutIsTerminal)).Write(plan, all: false, verdict);
        host.Out.Write("Apply this? [y/N] ");
        if (Console.In.ReadLine()?.Trim().ToUpperInvariant() is "Y" or "YES")
        {
            return null;
        }

        host.Out.WriteLine("Nothing was changed.");
        return ExitCode.No;
    }

    private static void Tell(CommandHost host, Wish wish, TransactionRecord waiting, ClosingPlan plan)
    {
        if (wish.Json)
        {
            using (var writer = new Utf8JsonWriter(host.OutBytes))
            {
                writer.WriteStartObject();
                writer.WriteString("status", "waiting");
                writer.WriteString("id", waiting.Id);
                writer.WriteNumber("confirmWithin", (int)wish.Within.TotalSeconds);
                writer.WriteNumber("changes", plan.Changes.Length);
                writer.WriteStartArray("leftOut");
                foreach (string one in waiting.LeftOut)
                {
                    writer.WriteStringValue(one);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            host.OutBytes.WriteByte((byte)'\n');
            return;
        }

        string[] leftOut = [.. waiting.LeftOut];
        foreach (string one in leftOut)
        {
            host.Error.WriteLine($"virtward: left out: {one}");
        }

        int made = plan.Changes.Length - leftOut.Length;
        host.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{waiting.Id}: {made} change{(made == 1 ? " is" : "s are")} in force, and taken back in {(int)wish.Within.TotalSeconds} seconds."));
        host.Out.WriteLine("To keep them, open a new connection to this host and run there: virtward confirm");
    }

    private static async Task<int> WaitAsync(CommandHost host, Transactions transactions, string id, CancellationToken cancel)
    {
        var boot = new BootClock();
        while (!cancel.IsCancellationRequested)
        {
            if (!transactions.Read(id).TryGet(out TransactionRecord? record, out Problem? problem))
            {
                return host.Fail(problem);
            }

            if (record.Status is TransactionStatus.Confirmed or TransactionStatus.Reverted)
            {
                host.Error.Write("\r\u001b[K");
                host.Out.WriteLine(record.Status == TransactionStatus.Confirmed ? "Confirmed: it lasts." : "Taken back: everything is as it was before.");
                return record.Status == TransactionStatus.Confirmed ? ExitCode.Ok : ExitCode.No;
            }

            if (record.Deadline is { } deadline)
            {
                host.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r\u001b[K{Math.Max(0, (int)(deadline - boot.Uptime.TotalSeconds))} s left to confirm (Ctrl-C stops waiting here, not the clock) "));
            }

            try
            {
                await Task.Delay(TimeSpan.FromSeconds(1), host.Clock, cancel);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        host.Error.WriteLine();
        return ExitCode.Ok;
    }
}
