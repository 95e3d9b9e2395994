using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Makers;

/// <summary>Something that keeps the clock right, where nothing does: what is installed is started, else chrony is installed.</summary>
public static class ClockChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "clock";

    private static readonly ImmutableArray<string> Preferred = ["chrony.service", "chronyd.service", "systemd-timesyncd.service"];

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (facts.Units.Problem is not null || facts.Units.FilesProblem is not null || Svc03.Clocks.Any(facts.Units.IsActive))
        {
            return MadeChanges.None;
        }

        if (Svc03.Clocks.FirstOrDefault(name => facts.Units.Find(name) is { IsMasked: true }) is string masked)
        {
            return MadeChanges.Only($"nothing keeps the clock right (SVC-03): {masked} is masked, and stays so");
        }

        // An alias is the other name of a unit that is there by its own: chronyd.service on Debian.
        string? there = Preferred.FirstOrDefault(name => facts.Units.Find(name) is Unit { FileState: not ("" or "alias"), Load: not "not-found" });
        if (there is null && facts.Packages.Problem is not null)
        {
            return MadeChanges.None;
        }

        string unit = there ?? facts.Distribution.Choose("chronyd.service", "chrony.service");
        return MadeChanges.Of(new Change(Id, $"have {unit} keep the clock right", "Logs, certificates, bans and the guests' own clocks follow the host's.")
        {
            Checks = [Svc03.Check.Id],
            Risk = ChangeRisk.Service,
            MayBeLeftOut = true,
            Steps = [.. there is null ? (ReadOnlySpan<Step>)[new PackageStep("chrony", true)] : [], new UnitStep(unit, UnitBoot.Enabled, true)],
        });
    }
}
