using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Services;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>Packages that are to go: only those that the policy names.</summary>
public static class PackagesChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "packages";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        string[] there = [.. policy.Software.Absent.Distinct(StringComparer.Ordinal).Where(facts.Packages.Has)];
        return there.Length == 0 ? MadeChanges.None : MadeChanges.Of(new Change(Id, $"remove {string.Join(", ", there)}", "What is not installed has no holes, and is not started by mistake.")
        {
            MayBeLeftOut = true,
            Checks = ConfigText.Failing(facts, Pkg01.Check),
            Risk = ChangeRisk.Service,
            Steps = [.. there.Select(static package => new PackageStep(package, false))],
        });
    }
}
