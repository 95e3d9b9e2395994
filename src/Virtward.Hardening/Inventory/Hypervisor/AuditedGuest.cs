using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A guest in all its forms: as it is stored and as it runs. Both count: one is what is, the other what the next start brings.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Forms">One or two.</param>
public sealed record AuditedGuest(string Name, ImmutableArray<GuestDefinition> Forms)
{
    /// <summary>Whether it runs.</summary>
    public bool Running => Forms.Any(static form => form.Running);

    /// <summary>As it runs; where it does not, as it is stored.</summary>
    public GuestDefinition Current => Forms.FirstOrDefault(static form => form.Running) ?? Forms[0];

    /// <summary>Its UUID; empty: none.</summary>
    public string Uuid => Forms.FirstOrDefault(static form => form.Uuid.Length > 0)?.Uuid ?? "";
}
