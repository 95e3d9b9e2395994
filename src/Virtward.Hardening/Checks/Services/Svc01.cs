using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Services;

/// <summary>Only what a KVM host needs runs.</summary>
public static class Svc01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SVC-01",
        Severity = Severity.Medium,
        Title = "no service runs that a KVM host does not need",
        Why = "Everything that runs on the host beside the guests can be attacked, and whoever takes it stands next to all guests. A service that is needed can run in a guest.",
        References = ["CIS RHEL 9 v2.0.0 2.1.22", "CIS Debian 12 v1.1.0 2.1.22"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Units.Problem is string problem)
        {
            return Outcome.Unknown($"which services run is not known: {problem}");
        }

        Unit[] running = [.. facts.Units.All.Where(static unit => unit.Name.EndsWith(".service", StringComparison.Ordinal) && unit.IsActive
            && unit.Sub == "running")];
        ILookup<string?, Listener> listeners = facts.Host.Listeners.Where(static listener => !listener.Loopback).ToLookup(static listener => listener.Unit);
        IEnumerable<Finding> findings = running.Where(static unit => !NeededServices.Has(unit.Name)).Select(unit => Judge(facts, unit, [.. listeners[unit.Name]]));
        return Outcome.Of(findings, $"{running.Length} services run, all of kinds that a KVM host needs");
    }

    private static Finding Judge(AuditFacts facts, Unit unit, ImmutableArray<Listener> listeners)
    {
        string what = unit.Description.Length > 0 && unit.Description != unit.Name ? $"it runs ({unit.Description})" : "it runs";
        return new Finding(unit.Name, listeners.IsEmpty ? what : $"{what} and listens on the network",
            new Remedy("Stop it, or move it into a guest; where it must stay, say so in the policy (a waiver of SVC-01).")
        {
            Steps = [$"systemctl disable --now {unit.Name}", $"systemctl mask {unit.Name}"],
            Risk = Risk.Service,
            Undo = $"systemctl unmask {unit.Name} && systemctl enable --now {unit.Name}",
        })
        {
            Evidence = [new Evidence(EvidenceKind.Unit, unit.Name, unit.Told),
                .. listeners.Take(4).Select(static listener => new Evidence(EvidenceKind.Socket, listener.ToString(), listener.Purpose))],
            Severity = listeners.IsEmpty || facts.Profile == Profile.Lab ? Severity.Low : Severity.Medium,
        };
    }
}
