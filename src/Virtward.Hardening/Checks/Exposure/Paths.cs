using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>Placeholder.</summary>
internal static class Paths
{
    /// <summary>Placeholder.</summary>
    public static IEnumerable<Finding> Direct(AuditFacts facts, string from, string to, string summary) => [];
}
