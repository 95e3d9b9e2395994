using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Package;

namespace Virtward.Hardening.Checks.Updates;

/// <summary>Packages are signed, and the release still gets updates.</summary>
public static class Upd04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "UPD-04",
        Severity = Severity.Medium,
        Title = "every repository is signed, and the release still gets security updates",
        Why = "Whoever stands between the host and an unsigned repository installs what he likes, as root, and the automatic updates see to it. A release past its end gets no updates at all, and says nothing about it.",
        References =
        [
            "CIS RHEL 9 v2.0.0 1.2.1.2",
            "DISA STIG RHEL 9 RHEL-09-211010", "DISA STIG RHEL 9 RHEL-09-214015", "DISA STIG RHEL 9 RHEL-09-214025",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Distribution.Family == Family.Unknown)
        {
            return Outcome.Unknown("the distribution is not known");
        }

        var findings = new List<Finding>();
        foreach (Repository repository in facts.Updates.Repositories)
        {
            foreach ((string what, Evidence evidence) in repository.Weaknesses)
            {
                findings.Add(new Finding($"repository {repository.Name}", what, Signed(facts)) { Evidence = [evidence] });
            }
        }

        // apt.conf's own switches hold for all repositories.
        foreach ((string name, string what) in new[]
        {
            ("APT::Get::AllowUnauthenticated", "packages without a signature are installed"),
            ("Acquire::AllowInsecureRepositories", "repositories without a signature are taken"),
            ("Acquire::AllowDowngradeToInsecureRepositories", "a repository may lose its signature without anybody being told"),
        })
        {
            if (facts.Distribution.Family == Family.Debian && facts.Updates.Apt.Find(name) is FoundSetting setting && IniFile.Switch(setting.Value) == true)
            {
                findings.Add(new Finding(name, what, Signed(facts)) { Evidence = [setting.Evidence] });
            }
        }

        string? unseen = facts.Updates.Repositories.IsEmpty ? "no repository was found in the files that were read"
            : facts.Distribution.Choose(facts.Files.WhyIn("/etc/yum.repos.d"), facts.Files.WhyIn("/etc/apt/sources.list.d")
                ?? facts.Files.Why("/etc/apt/sources.list"));
        ReleaseEnd? end = ReleaseEnds.Find(facts.Distribution);
        if (end is null)
        {
            unseen ??= $"when {Name(facts)} gets its last update is not in virtward's table";
        }
        else if (DateOnly.FromDateTime(facts.Now.UtcDateTime) > end.Ends)
        {
            findings.Add(new Finding("release", $"{Name(facts)} has had no security update since {end.Ends:yyyy-MM-dd}{(end.Note.Length > 0 ? $" ({end.Note})" : "")}",
                new Remedy("Move to a release that is kept up: install anew beside it and move the guests, or upgrade in place after a backup.") { Risk = Risk.Service | Risk.Guests })
            {
                Evidence = [new Evidence(EvidenceKind.File, "/etc/os-release", Name(facts))],
                Severity = Severity.High,
            });
        }

        return Outcome.Of(findings, $"{facts.Updates.Repositories.Length} repositories are signed, and {Name(facts)} gets updates until {end?.Ends:yyyy-MM-dd}", unseen);
    }

    private static string Name(AuditFacts facts) => facts.Distribution.Name.Length > 0 ? facts.Distribution.Name
        : $"{facts.Distribution.Id} {facts.Distribution.Version}";

    private static Remedy Signed(AuditFacts facts) => facts.Distribution.Choose(
        new Remedy("Take packages only with a signature, over a connection that is checked.")
        {
            Steps = ["# in the repository's section, with its publisher's key", "gpgcheck=1", "gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-NAME",
                "sslverify=1", "dnf makecache"],
            Risk = Risk.Service,
            Undo = "Put the old value back.",
        },
        new Remedy("Take the option away and name the publisher's key instead.")
        {
            Steps = ["# in the source's line or paragraph", "deb [signed-by=/etc/apt/keyrings/NAME.asc] https://…", "apt-get update"],
            Risk = Risk.Service,
            Undo = "Put the old value back.",
        });
}
