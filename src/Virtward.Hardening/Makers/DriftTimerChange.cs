using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Drift;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>A timer that looks whether the host is still what its policy says.</summary>
public static class DriftTimerChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "drift";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        // Without systemd there is nobody to start it.
        if (facts.Units.Problem is not null || facts.Units.FilesProblem is not null)
        {
            return MadeChanges.None;
        }

        string? service = facts.Files.Find(DriftUnits.ServicePath)?.Text;
        string? timer = facts.Files.Find(DriftUnits.TimerPath)?.Text;
        if (policy.Drift.Every == DriftRhythm.Off)
        {
            return service is null && timer is null ? MadeChanges.None : MadeChanges.Of(
                new Change(Id, "look for drift no more", "The policy says that no timer looks for differences from it.")
                {
                    Steps =
                    [
                        .. facts.Units.Find(DriftUnits.Timer) is null ? (ReadOnlySpan<Step>)[] : [new UnitStep(DriftUnits.Timer, UnitBoot.Disabled, false)],
                        new FileStep(DriftUnits.TimerPath, null, ConfigText.Public), new FileStep(DriftUnits.ServicePath, null, ConfigText.Public),
                    ],
                    Effects = [new UnitEffect(null, UnitEffectKind.Reload)],
                });
        }

        string wanted = DriftUnits.TimerText(policy.Drift.Every);
        bool runs = facts.Units.IsActive(DriftUnits.Timer) && facts.Units.IsEnabled(DriftUnits.Timer);
        return service == DriftUnits.Service && timer == wanted && runs ? MadeChanges.None : MadeChanges.Of(
            new Change(Id, "look by a timer whether the host is still what its policy says", "What was closed is opened again by an update, a colleague or an intruder, and nobody notices until somebody looks.")
            {
                Steps =
                [
                    new FileStep(DriftUnits.ServicePath, DriftUnits.Service, ConfigText.Public), new FileStep(DriftUnits.TimerPath, wanted, ConfigText.Public),
                    new UnitStep(DriftUnits.Timer, UnitBoot.Enabled, true),
                ],
                Effects = [new UnitEffect(null, UnitEffectKind.Reload)],
            });
    }
}
