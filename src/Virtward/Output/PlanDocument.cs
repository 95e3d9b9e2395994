using System.Globalization;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Preflight;

namespace Virtward.Output;

/// <summary>A plan as one JSON document; docs/plan.md names the fields. It is for reading: <c>--out</c> saves what can be applied.</summary>
public static class PlanDocument
{
    /// <summary>Writes it.</summary>
    /// <param name="to">Where it goes.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="judged">Whether anybody would be locked out; null: that was not asked.</param>
    public static void Write(Utf8JsonWriter to, ClosingPlan plan, Result<PreflightVerdict>? judged = null)
    {
        to.WriteStartObject();
        to.WriteNumber("version", ClosingPlan.CurrentVersion);
        to.WriteString("host", plan.Host);
        to.WriteString("policy", plan.Policy);
        to.WriteString("time", plan.Made.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        to.WriteStartArray("changes");
        foreach (PlannedChange change in plan.Changes)
        {
            Write(to, change);
        }

        to.WriteEndArray();
        to.WriteStartArray("notes");
        foreach (string note in plan.Notes)
        {
            to.WriteStringValue(note);
        }

        to.WriteEndArray();
        if (judged is { } preflight)
        {
            Write(to, preflight);
        }

        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, Result<PreflightVerdict> judged)
    {
        to.WriteStartObject("preflight");
        to.WriteBoolean("good", judged.IsOk);
        if (!judged.TryGet(out PreflightVerdict? verdict, out Problem? problem))
        {
            to.WriteString("why", problem.What);
            to.WriteString("hint", problem.Hint ?? "");
        }
        else
        {
            to.WriteStartArray("ways");
            foreach (WayIn way in verdict.Ways)
            {
                to.WriteStringValue(way.ToString());
            }

            to.WriteEndArray();
            to.WriteString("credential", verdict.Credential ?? "");
        }

        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, PlannedChange planned)
    {
        Change change = planned.Change;
        to.WriteStartObject();
        to.WriteString("id", change.Id);
        to.WriteString("what", change.Title);
        to.WriteString("why", change.Because);
        to.WriteStartArray("checks");
        foreach (string check in change.Checks)
        {
            to.WriteStringValue(check);
        }

        to.WriteEndArray();
        to.WriteString("risk", PlanView.Word(change.Risk));
        Write(to, "steps", planned.Steps);
        Write(to, "onConfirmation", planned.Lasting);
        to.WriteStartArray("restarts");
        foreach (UnitEffect effect in change.Effects)
        {
            to.WriteStringValue(PlanView.Words(effect));
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, string name, IEnumerable<PlannedStep> steps)
    {
        to.WriteStartArray(name);
        foreach (PlannedStep planned in steps)
        {
            to.WriteStartObject();
            to.WriteString("what", StepWords.Line(planned.Step, planned.Before));
            to.WriteString("undo", StepWords.Undo(planned.Step, planned.Before));
            to.WriteStartArray("diff");
            foreach (string line in StepDiff.Of(planned.Step, planned.Before))
            {
                to.WriteStringValue(line);
            }

            to.WriteEndArray();
            to.WriteEndObject();
        }

        to.WriteEndArray();
    }
}
