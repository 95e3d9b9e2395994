using System.Text.Json;
using Virtward.Core.Results;

namespace Virtward.Hardening.Plan;

/// <summary>Plans as text: <c>virtward plan --out FILE</c> saves them, <c>virtward apply FILE</c> applies them as they are.</summary>
public static class PlanText
{
    /// <summary>Writes a plan.</summary>
    public static string Write(ClosingPlan plan) => JsonSerializer.Serialize(plan, PlanJson.Default.ClosingPlan);

    /// <summary>Reads a plan.</summary>
    /// <param name="text">The text.</param>
    /// <param name="origin">Where it is from, for messages.</param>
    public static Result<ClosingPlan> Read(string text, string origin)
    {
        try
        {
            ClosingPlan? plan = JsonSerializer.Deserialize(text, PlanJson.Default.ClosingPlan);
            return plan is null || plan.Changes.IsDefault
                ? new Problem("this is no saved plan", origin, "make one with virtward plan --out FILE")
                : plan.Version == ClosingPlan.CurrentVersion
                    ? plan
                    : new Problem($"this plan is of version {plan.Version}, and this virtward writes {ClosingPlan.CurrentVersion}", origin, "run virtward plan again");
        }
        catch (JsonException)
        {
            return new Problem("this is no saved plan", origin, "make one with virtward plan --out FILE");
        }
    }
}
