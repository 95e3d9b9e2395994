using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Preflight;

namespace Virtward.Output;

/// <summary>A plan for a person: each change with what, why, the difference, the risk and the way back.</summary>
/// <param name="to">Where it goes.</param>
/// <param name="paint">The colours.</param>
public sealed class PlanView(TextWriter to, Paint paint)
{
    private const int LinesOfDiff = 24;
    private const string Indent = "    ";

    /// <summary>Writes it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="all">Whether every line of every difference is shown.</param>
    /// <param name="judged">Whether anybody would be locked out; null: that was not asked.</param>
    public void Write(ClosingPlan plan, bool all, Result<PreflightVerdict>? judged = null)
    {
        if (plan.IsEmpty)
        {
            to.WriteLine(plan.Notes.IsEmpty ? paint.Green($"{plan.Host} is what {plan.Policy} says: nothing to do.") : $"Nothing to do here by {plan.Policy} but what is left to you.");
        }
        else
        {
            to.WriteLine($"{Count(plan.Changes.Length, "change")} to make {plan.Host} what {plan.Policy} says:");
        }

        foreach (PlannedChange change in plan.Changes)
        {
            Write(change, all);
        }

        WriteNotes(plan);
        if (judged is { } preflight)
        {
            to.WriteLine();
            Write(preflight);
        }

        if (!plan.IsEmpty && judged is not { IsOk: false })
        {
            to.WriteLine();
            to.WriteLine("virtward apply does this, and takes it back unless you confirm it over a new connection.");
        }
    }

    /// <summary>Writes a plan that was applied once: what it changed, and nothing of what is to be done.</summary>
    public void WriteApplied(ClosingPlan plan)
    {
        to.WriteLine($"{Count(plan.Changes.Length, "change")} to make {plan.Host} what {plan.Policy} said then:");
        foreach (PlannedChange change in plan.Changes)
        {
            Write(change, all: true);
        }

        WriteNotes(plan);
    }

    private void Write(Result<PreflightVerdict> judged)
    {
        if (!judged.TryGet(out PreflightVerdict? verdict, out Problem? problem))
        {
            to.WriteLine(paint.Yellow("virtward apply will refuse this plan, for it would lock out:"));
            to.WriteLine($"  {problem.What}");
            to.WriteLine($"  {problem.Hint}");
            return;
        }

        to.WriteLine(paint.Bold("Ways in that stay open"));
        foreach (WayIn way in verdict.Ways)
        {
            to.WriteLine($"  {way}");
        }

        if (verdict.Credential is { } credential)
        {
            to.WriteLine($"  {credential}");
        }
    }

    private void WriteNotes(ClosingPlan plan)
    {
        if (!plan.Notes.IsEmpty)
        {
            to.WriteLine();
            to.WriteLine(paint.Bold("Left to you"));
            foreach (string note in plan.Notes)
            {
                to.WriteLine($"  {note}");
            }
        }
    }

    /// <summary>What a change could break, one word for programs.</summary>
    public static string Word(ChangeRisk risk) => risk switch { ChangeRisk.None => "none", ChangeRisk.Service => "service", ChangeRisk.Guests => "guests", _ => "lock-out" };

    /// <summary>What a unit has to do.</summary>
    public static string Words(UnitEffect effect) => effect.Unit is null ? "systemd reads its units again"
        : effect.Kind == UnitEffectKind.Reload ? $"{effect.Unit} reloads" : $"{effect.Unit} restarts";

    private void Write(PlannedChange planned, bool all)
    {
        Change change = planned.Change;
        to.WriteLine();
        to.WriteLine($"{paint.Bold(change.Id)}: {change.Title}");
        string checks = change.Checks.IsEmpty ? "" : $" ({Listed(change.Checks)})";
        to.WriteLine($"  why: {change.Because}{checks}");
        to.WriteLine($"  risk: {Risk(change.Risk)}{(change.Effects.IsEmpty ? "" : $"; {string.Join(", ", change.Effects.Select(Words))}")}");
        foreach (PlannedStep step in planned.Steps.Where(Differs))
        {
            Write(step, all);
        }

        if (planned.Lasting.Length > 0)
        {
            to.WriteLine($"  on confirmation: {string.Join(", ", planned.Lasting.Select(static one => StepWords.Line(one.Step, one.Before)))}");
        }

        IEnumerable<string> undo = planned.Steps.Where(Differs).Concat(planned.Lasting).Select(static one => StepWords.Undo(one.Step, one.Before)).Distinct();
        to.WriteLine(paint.Dim($"  undo: {Listed([.. undo])}"));
    }

    private void Write(PlannedStep planned, bool all)
    {
        to.WriteLine($"  {StepWords.Line(planned.Step, planned.Before)}");
        ImmutableArray<string> diff = StepDiff.Of(planned.Step, planned.Before);
        int shown = all ? diff.Length : Math.Min(diff.Length, LinesOfDiff);
        foreach (string line in diff[..shown])
        {
            string safe = Output.Words.Safe(line);
            to.WriteLine(Indent + (line[0] switch { '+' => paint.Green(safe), '-' => paint.Yellow(safe), '@' => paint.Dim(safe), _ => safe }));
        }

        if (shown < diff.Length)
        {
            to.WriteLine(paint.Dim($"{Indent}… {Count(diff.Length - shown, "more line")}: --all shows them"));
        }
    }

    // Settings of the kernel that are only set again because others write through to them.
    private static bool Differs(PlannedStep planned) => planned is not { Step: SysctlStep setting, Before: SysctlBefore before } || setting.Value != before.Value;

    private static string Listed(ImmutableArray<string> words) => words.Length <= 8 ? string.Join(", ", words) : $"{string.Join(", ", words[..7])} and {words.Length - 7} more";

    private string Risk(ChangeRisk risk) => risk switch
    {
        ChangeRisk.None => "none",
        ChangeRisk.Service => "a service may behave otherwise",
        ChangeRisk.Guests => "guests may lose connections",
        _ => paint.Yellow("may lock out: looked at before, taken back unless confirmed"),
    };

    private static string Count(int count, string word) => string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : "s")}");
}
