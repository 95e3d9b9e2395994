using System.Globalization;
using System.Text.Json;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Plan;

namespace Virtward.Output;

/// <summary>A plan as one JSON document; docs/plan.md names the fields. It is for reading: <c>--out</c> saves what can be applied.</summary>
public static class PlanDocument
{
    /// <summary>Writes it.</summary>
    public static void Write(Utf8JsonWriter to, ClosingPlan plan)
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
