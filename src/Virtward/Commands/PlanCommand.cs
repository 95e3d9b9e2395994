using System.CommandLine;
using System.Text;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Preflight;
using Virtward.Linux.Changing;
using Virtward.Linux.Files;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward plan</c>: what has to change for this host to be what its policy says. Changes nothing.</summary>
public static class PlanCommand
{
    /// <summary>What a plan that holds changes ends with under <c>--detailed-exitcode</c>.</summary>
    private const int HasChanges = 2;

    /// <summary>What a plan that could not be made ends with under <c>--detailed-exitcode</c>, where 2 has another meaning.</summary>
    private const int CouldNot = 1;

    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<string?> policy = CommandOptions.Policy();
        Option<bool> json = CommandOptions.Json();
        Option<bool> all = new("--all") { Description = "Show every line of every difference." };
        Option<bool> detailed = new("--detailed-exitcode") { Description = "Exit code 0 where there is nothing to do, 2 where there is, 1 where it could not be told." };
        Option<bool> drift = new("--drift") { Description = "As the timer does: keep what was found for virtward status, and tell it in one line." };
        Option<string?> save = new("--out") { Description = "Save the plan into this file; virtward apply FILE applies it as it is.", HelpName = "FILE" };
        Option<TimeSpan?> patience = CommandOptions.Patience();
        Option<string> state = StateFolder.Option();
        var command = new Command("plan", "Shows what has to change for this host to be what its policy says: the differences, the risks, the way back. Changes nothing.")
        {
            policy, save, all, json, detailed, drift, patience, state,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            int could = parsed.GetValue(detailed) ? CouldNot : ExitCode.Failed;
            if (ClosingHost.Objection() is { } objection)
            {
                host.Fail(objection with { What = "reading everything that a plan is made from takes root" });
                return could;
            }

            using DriftWatch? watch = parsed.GetValue(drift) ? new DriftWatch(host, parsed.GetValue(state)!) : null;
            if (watch is not null && watch.Waits() is { } waiting)
            {
                host.Error.WriteLine(waiting);
                return ExitCode.Ok;
            }

            if (await ClosingPlans.MakeAsync(watch?.Host ?? host, parsed.GetValue(policy), ClosingHost.Machine(parsed.GetValue(state)!), parsed.GetValue(patience) ?? TimeSpan.Zero, cancel) is not { } made)
            {
                watch?.Failed();
                return could;
            }

            if (watch is not null && watch.Keep(made.Plan) is { IsOk: false } unkept)
            {
                host.Fail(unkept.Problem);
                return could;
            }

            if (parsed.GetValue(save) is { } path && HostOutputFiles.Replace(Path.GetFullPath(path), Encoding.UTF8.GetBytes(PlanText.Write(made.Plan))) is { IsOk: false } unsaved)
            {
                host.Fail(unsaved.Problem);
                return could;
            }

            // What apply will ask anyway: who would be locked out learns it here.
            Result<PreflightVerdict>? judged = watch is null && !made.Plan.IsEmpty ? (Result<PreflightVerdict>?)PlanPreflight.Judge(made.Facts, made.Plan, SessionActor.Find()) : null;
            if (parsed.GetValue(json))
            {
                using (var writer = new Utf8JsonWriter(host.OutBytes))
                {
                    PlanDocument.Write(writer, made.Plan, judged);
                }

                host.OutBytes.WriteByte((byte)'\n');
            }
            else if (watch is null)
            {
                new PlanView(host.Out, Paint.For(host.OutIsTerminal)).Write(made.Plan, parsed.GetValue(all), judged);
            }

            return parsed.GetValue(detailed) && !made.Plan.IsEmpty ? HasChanges : ExitCode.Ok;
        });
        return command;
    }
}
