using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Package;

namespace Virtward.Hardening.Checks.Services;

/// <summary>No package is installed that a hypervisor is better off without.</summary>
public static class Pkg01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "PKG-01",
        Severity = Severity.Medium,
        Title = "no package is installed that a hypervisor is better off without",
        Why = "What is not installed has no holes and is not started by mistake. Whatever else a hypervisor serves can be served by a guest, behind the walls that the host puts round it.",
        References =
        [
            "CIS RHEL 9 v2.0.0 2.1.7", "CIS RHEL 9 v2.0.0 2.1.15", "CIS RHEL 9 v2.0.0 2.1.16",
            "CIS Debian 12 v1.1.0 2.1.6", "CIS Debian 12 v1.1.0 2.1.16",
            "DISA STIG RHEL 9 RHEL-09-215015", "DISA STIG RHEL 9 RHEL-09-215040", "DISA STIG RHEL 9 RHEL-09-215060",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Packages.Problem is string problem)
        {
            return Outcome.Unknown($"which packages are installed is not known: {problem}");
        }

        var findings = new List<Finding>();
        foreach (UnwantedPackage unwanted in UnwantedPackages.All)
        {
            foreach (InstalledPackage package in unwanted.Names.Select(facts.Packages.Find).OfType<InstalledPackage>())
            {
                findings.Add(new Finding(package.Name, unwanted.What, Remedy(facts, package.Name))
                {
                    Evidence = [new Evidence(EvidenceKind.Package, package.Name, package.Version)],
                    Severity = facts.Profile == Profile.Lab ? Severity.Low : unwanted.Severity,
                });
            }
        }

        return Outcome.Of(findings, $"none of the {UnwantedPackages.All.Sum(static one => one.Names.Length)} packages that have no place on a hypervisor is installed");
    }

    private static Remedy Remedy(AuditFacts facts, string name) => new("Remove it; look first at what goes with it.")
    {
        Steps = facts.Distribution.Choose<ImmutableArray<string>>(
            [$"rpm -e --test {name}", facts.Distribution.Uninstall(name)],
            [$"apt-get -s purge {name}", facts.Distribution.Uninstall(name)]),
        Risk = Risk.Service,
        Undo = facts.Distribution.Install(name),
    };
}
