using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Package;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Services;

/// <summary>No package is installed that a hypervisor is better off without.</summary>
public static class Pkg01
{
    private const string PortMapper = "rpcbind";
    private static readonly ImmutableArray<string> PortMapperUnits = ["rpcbind.socket", "rpcbind.service"];
    private static readonly ImmutableArray<string> NfsClients = ["nfs-utils", "nfs-common"];

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
        string? unseen = null;
        foreach (UnwantedPackage unwanted in UnwantedPackages.All)
        {
            foreach (InstalledPackage package in unwanted.Names.Select(facts.Packages.Find).OfType<InstalledPackage>())
            {
                if (package.Name == PortMapper && Client(facts) is InstalledPackage client)
                {
                    unseen = Masked(facts, client, package, findings);
                    continue;
                }

                findings.Add(new Finding(package.Name, unwanted.What, Remedy(facts, package.Name))
                {
                    Evidence = [new Evidence(EvidenceKind.Package, package.Name, package.Version)],
                    Severity = facts.Profile == Profile.Lab ? Severity.Low : unwanted.Severity,
                });
            }
        }

        return Outcome.Of(findings, $"none of the {UnwantedPackages.All.Sum(static one => one.Names.Length)} packages that have no place on a hypervisor is installed", unseen);
    }

    private static InstalledPackage? Client(AuditFacts facts) => NfsClients.Select(facts.Packages.Find).OfType<InstalledPackage>().FirstOrDefault();

    // Removing it would take the NFS client along, and on RHEL libvirt's storage driver, which demands that client: the units are masked instead.
    private static string? Masked(AuditFacts facts, InstalledPackage client, InstalledPackage package, List<Finding> findings)
    {
        if (facts.Units.FilesProblem is string problem)
        {
            return $"whether {PortMapper}, which {client.Name} needs, is masked is not known: {problem}";
        }

        Unit[] open = [.. PortMapperUnits.Select(facts.Units.Find).OfType<Unit>().Where(static unit => !unit.IsMasked)];
        if (open.Length > 0)
        {
            findings.Add(new Finding(PortMapper, $"it tells the network which RPC services run, and can be started; it is here for {client.Name}, and NFS version 4 does without it",
                new Remedy($"Mask it and leave it installed: {client.Name}, and with it libvirt's storage driver, would go along. Where something is mounted by NFS version 3, waive this.")
            {
                Steps = [$"systemctl mask --now {string.Join(' ', PortMapperUnits)}"],
                Risk = Risk.Service,
                Undo = $"systemctl unmask {string.Join(' ', PortMapperUnits)}",
            })
            {
                Evidence = [new Evidence(EvidenceKind.Package, package.Name, package.Version), new Evidence(EvidenceKind.Package, client.Name, client.Version),
                    .. open.Select(static unit => new Evidence(EvidenceKind.Unit, unit.Name, unit.Told))],
                Severity = Severity.Low,
            });
        }

        return null;
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
