using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Hardening.Plan;

namespace Virtward.Hardening.Drift;

/// <summary>A <see cref="DriftRecord"/> as text, as the state folder keeps it.</summary>
public static class DriftText
{
    /// <summary>Writes it.</summary>
    public static string Write(DriftRecord record) => JsonSerializer.Serialize(record, PlanJson.Default.DriftRecord);

    /// <summary>Reads it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="origin">Where it is from, for the problem.</param>
    public static Result<DriftRecord> Read(string text, string origin)
    {
        try
        {
            return JsonSerializer.Deserialize(text, PlanJson.Default.DriftRecord) is { Changes.IsDefault: false } record
                ? record
                : new Problem("holds no result of a look for drift", origin, "the next one writes it anew: virtward plan --drift");
        }
        catch (JsonException)
        {
            return new Problem("holds no result of a look for drift", origin, "the next one writes it anew: virtward plan --drift");
        }
    }
}
