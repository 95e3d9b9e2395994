using System.Globalization;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Package;

namespace Virtward.Hardening.Checks.Updates;

/// <summary>No security update waits.</summary>
public static class Upd02
{
    private const int Shown = 12;
    private static readonly TimeSpan Late = TimeSpan.FromHours(48);

    // What stands between a guest, or the network, and the host.
    private static readonly string[] Walls = ["qemu", "libvirt", "linux-image", "kernel", "openssh", "edk2", "ovmf", "seabios", "dnsmasq",
        "wireguard", "openvpn", "glibc", "libc6", "openssl", "systemd", "sudo", "polkit"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "UPD-02",
        Severity = Severity.High,
        Title = "no security update waits, by lists that are no older than two days",
        Why = "Each update that waits is a hole that is described in public. On a hypervisor one hole in QEMU, the kernel or libvirt is a way from a guest into all others.",
        References = ["CIS RHEL 9 v2.0.0 1.2.2.1", "CIS Debian 12 v1.1.0 1.2.2.1", "DISA STIG RHEL 9 RHEL-09-211015"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Updates.PendingProblem is string problem)
        {
            return Outcome.Unknown($"which updates wait is not known: {problem}");
        }

        var findings = new List<Finding>();
        if (!facts.Updates.Security.IsEmpty)
        {
            PendingUpdate[] walls = [.. facts.Updates.Security.Where(static update => Walls.Any(wall => update.Package.StartsWith(wall, StringComparison.Ordinal)))];
            string which = walls.Length > 0 ? $", among them of {string.Join(", ", walls.Take(5).Select(static update => update.Package))}" : "";
            findings.Add(new Finding("security updates",
                string.Create(CultureInfo.InvariantCulture, $"{facts.Updates.Security.Length} security updates wait{which}"), Remedy(facts))
            {
                Evidence = [.. walls.Concat(facts.Updates.Security).Distinct().Take(Shown)
                    .Select(update => new Evidence(EvidenceKind.Package, update.Package, update.Text))],
                Severity = walls.Length > 0 ? null : Severity.Medium,
            });
        }

        string? unseen = null;
        if (facts.Updates.Fetched is not DateTimeOffset fetched)
        {
            unseen = "there are no lists of packages, or it is not known when they were fetched; without them no update is known";
        }
        else if (facts.Now - fetched > Late)
        {
            findings.Add(new Finding("package lists", "the lists of packages are older than two days, so that newer updates are not even known",
                new Remedy("Fetch them, and let a timer do it (UPD-01).")
            {
                Steps = [facts.Distribution.Choose("dnf makecache", "apt-get update")],
            })
            {
                Evidence = [new Evidence(EvidenceKind.Output, facts.Distribution.Choose("dnf", "apt"), $"fetched {fetched.UtcDateTime:yyyy-MM-dd HH:mm} UTC")],
                Severity = Severity.Medium,
            });
        }

        if (facts.Distribution.Id == "centos")
        {
            unseen ??= "CentOS Stream does not say which updates are for security";
        }

        return Outcome.Of(findings, "no package has a newer version in a security repository", unseen);
    }

    private static Remedy Remedy(AuditFacts facts) => new("Install them, then look at UPD-03: what runs is still the old version.")
    {
        Steps = facts.Distribution.Choose<System.Collections.Immutable.ImmutableArray<string>>(["dnf upgrade --security"],
            ["apt-get update", "apt-get upgrade --with-new-pkgs"]),
        Risk = Risk.Service,
        Undo = facts.Distribution.Choose("dnf history undo last",
            "apt-get install PACKAGE=VERSION for what misbehaves (the old versions stand in /var/log/apt/history.log)"),
    };
}
