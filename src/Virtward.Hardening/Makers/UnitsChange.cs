using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Makers;

/// <summary>Units that nothing is to start: those that the policy names, and Ctrl+Alt+Del.</summary>
public static class UnitsChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "units";

    private const string Keys = "ctrl-alt-del.target";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (facts.Units.Problem is not null || facts.Units.FilesProblem is not null)
        {
            return MadeChanges.None;
        }

        bool keys = Svc03.Check.Judge(facts).Findings.Any(static finding => finding.Subject == Keys);
        string[] wanted = [.. policy.Software.MaskedUnits.Concat(keys ? [Keys] : []).Distinct(StringComparer.Ordinal).Where(name => facts.Units.Find(name) is Unit { IsMasked: false })];

        // Version 3 of NFS asks rpcbind for its ports, also as a client (rpc.statd(8)); version 4 does not.
        bool nfs = facts.Files.Find("/proc/self/mounts")?.Lines.Any(static line => line.Split(' ') is [_, _, "nfs", ..]) == true;
        string[] notes = [.. wanted.Where(name => nfs && name.StartsWith("rpcbind.", StringComparison.Ordinal)).Select(static name => $"{name} is left: something is mounted by NFS 3")];

        // A socket would start its service again.
        string[] units = [.. wanted.Where(name => !nfs || !name.StartsWith("rpcbind.", StringComparison.Ordinal)).OrderBy(static name => name.EndsWith(".socket", StringComparison.Ordinal) ? 0 : 1)];
        if (units.Length == 0)
        {
            return MadeChanges.Only(notes);
        }

        bool running = Svc01.Check.Judge(facts).Findings.Any(finding => units.Contains(finding.Subject));
        bool doors = Svc03.Check.Judge(facts).Findings.Any(finding => units.Contains(finding.Subject));
        return MadeChanges.Of(new Change(Id, $"mask {string.Join(", ", units)}", "What nobody needs on a hypervisor is one more way in, next to all guests.")
        {
            Checks = [.. running ? [Svc01.Check.Id] : Array.Empty<string>(), .. doors ? [Svc03.Check.Id] : Array.Empty<string>()],
            Risk = ChangeRisk.Service,
            Steps = [.. units.Select(static unit => new UnitStep(unit, UnitBoot.Masked, false))],
        }, notes);
    }
}
