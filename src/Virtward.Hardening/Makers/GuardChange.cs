using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Makers;

/// <summary>Virtward's own daemon, where nobody else bans: its unit comes with the package, and is started now and at every boot.</summary>
public static class GuardChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "guard";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        // One that is meant to run is another's to mend; two that ban would count each other's gaps.
        if (!policy.Guard.Managed || policy.Guard.Jails.IsEmpty || facts.Units.FilesProblem is not null || BanEngines.Fail2Ban(facts) || Ban01.Check.Judge(facts).Status != Status.Fail)
        {
            return MadeChanges.None;
        }

        return facts.Units.Find(BanEngines.VirtwardUnit) switch
        {
            null or { FileState: "" } => MadeChanges.Only($"nobody bans who guesses passwords (BAN-01): {BanEngines.VirtwardUnit} is not installed here, and a program that was only copied cannot be started at boot"),
            { IsMasked: true } => MadeChanges.Only($"nobody bans who guesses passwords (BAN-01): {BanEngines.VirtwardUnit} is masked, and stays so"),
            Unit => MadeChanges.Of(new Change(Id, "have virtward's guard ban who guesses passwords", "What stays open is guessed at day and night; the management network, the VPN and whoever is logged in are never banned.")
            {
                Checks = [Ban01.Check.Id],
                Risk = ChangeRisk.Service,
                MayBeLeftOut = true,
                Steps = [new UnitStep(BanEngines.VirtwardUnit, UnitBoot.Enabled, true)],
            }),
        };
    }
}
