using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Accounts;

/// <summary>The boot is nobody's back door, and switches no protection off.</summary>
public static class Boot01
{
    // Each takes a protection away that stands between guests, or between a device and the host.
    private static readonly ImmutableArray<(string Word, string What)> Bad =
    [
        ("mitigations=off", "all protections against leaks of the processor are off: a guest can read what others compute"),
        ("nospectre_v2", "the protection against Spectre variant 2 is off"), ("spectre_v2=off", "the protection against Spectre variant 2 is off"),
        ("nospec_store_bypass_disable", "the protection against speculative store bypass is off"),
        ("spec_store_bypass_disable=off", "the protection against speculative store bypass is off"),
        ("nopti", "page table isolation is off"), ("pti=off", "page table isolation is off"),
        ("l1tf=off", "the protection against L1TF is off: a guest can read the host's memory"),
        ("kvm-intel.vmentry_l1d_flush=never", "the protection against L1TF is off: a guest can read the host's memory"),
        ("mds=off", "the protection against MDS is off"), ("tsx_async_abort=off", "the protection against TAA is off"),
        ("kvm.nx_huge_pages=off", "a guest can stop the host by the iTLB multihit fault"),
        ("iommu=off", "devices may read and write all memory"), ("intel_iommu=off", "devices may read and write all memory"),
        ("amd_iommu=off", "devices may read and write all memory"),
        ("audit=0", "the kernel records nothing for auditd"), ("module.sig_enforce=0", "unsigned kernel modules are loaded"),
        ("lockdown=none", "root may change the running kernel"),
    ];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BOOT-01",
        Severity = Severity.Low,
        Title = "the boot loader asks for a password before anything is changed in it, and the kernel's command line switches no protection off",
        Why = "Whoever reaches a remote console (BMC, IPMI) adds a word to the boot line and is root, with all guests' disks. A word such as mitigations=off, once put there for speed, lets guests read each other's memory.",
        References =
        [
            "CIS RHEL 9 v2.0.0 1.4.1", "CIS RHEL 9 v2.0.0 6.3.1.2",
            "CIS Debian 12 v1.1.0 1.4.1", "CIS Debian 12 v1.1.0 6.2.1.3",
            "DISA STIG RHEL 9 RHEL-09-212010", "DISA STIG RHEL 9 RHEL-09-212055",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Access.CommandLine is null)
        {
            return Outcome.Unknown(facts.Files.Why("/proc/cmdline") ?? "the running kernel's command line was not seen");
        }

        List<Finding> findings =
        [
            .. facts.Access.BootWords.Select(word => Bad.FirstOrDefault(bad => bad.Word == word)).Where(static bad => bad.Word is not null)
                .DistinctBy(static bad => bad.Word)
                .Select(bad => new Finding(bad.Word, bad.What, Remove(facts, bad.Word)) { Evidence = [Evidence.OfLine("/proc/cmdline", 1, bad.Word)],
                    Severity = Severity.Medium }),
        ];
        if (facts.Profile == Profile.Lab)
        {
            return Outcome.Of(findings, "the kernel's command line switches no protection off (the profile lab asks for no more)");
        }

        if (facts.Units.IsActive("auditd.service") && !facts.Access.BootWords.Contains("audit=1") && !facts.Access.BootWords.Contains("audit=0"))
        {
            findings.Add(new Finding("audit=1", "what runs before auditd is not recorded", new Remedy("Let the kernel record from the beginning.")
            {
                Steps = facts.Distribution.Choose<ImmutableArray<string>>(
                    ["grubby --update-kernel=ALL --args='audit=1 audit_backlog_limit=8192'"],
                    ["# /etc/default/grub.d/99-virtward.cfg", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX audit=1 audit_backlog_limit=8192\"", "update-grub"]),
                Undo = facts.Distribution.Choose("grubby --update-kernel=ALL --remove-args='audit=1 audit_backlog_limit=8192'",
                    "Remove /etc/default/grub.d/99-virtward.cfg; update-grub."),
            })
            { Evidence = [Evidence.OfLine("/proc/cmdline", 1, "no audit=1")] });
        }

        return Outcome.Of(findings, "grub asks for a password, and the kernel's command line switches no protection off", Loader(facts, findings));
    }

    private static string? Loader(AuditFacts facts, List<Finding> findings)
    {
        string[] configs = ["/boot/grub2/grub.cfg", "/boot/grub/grub.cfg"], users = ["/boot/grub2/user.cfg"];
        ConfigFile[] read = [.. configs.Concat(users).Select(facts.Files.Find).OfType<ConfigFile>()];
        if (configs.Select(facts.Files.Why).FirstOrDefault(static why => why is not null) is string why)
        {
            return why;
        }

        if (read.Length == 0)
        {
            return facts.Files.State("/boot/loader/loader.conf") is not null
                ? "systemd-boot starts this host: whether its editor is off was not looked at" : "no configuration of grub was found in /boot";
        }

        // RHEL keeps the password apart, and grub.cfg reads it from there.
        bool hasPassword = read.Any(static file => file.Lines.Any(static line => line.TrimStart().StartsWith("GRUB2_PASSWORD=", StringComparison.Ordinal)
            || line.TrimStart().StartsWith("password", StringComparison.Ordinal)));
        if (!hasPassword)
        {
            findings.Add(new Finding("grub password", "whoever reaches the console may change what is started",
                new Remedy("Give grub a password for changes; starting stays free (--unrestricted).")
            {
                Steps = facts.Distribution.Choose<ImmutableArray<string>>(
                    ["grub2-setpassword"],
                    [
                        "grub-mkpasswd-pbkdf2", "# /etc/grub.d/01_virtward (chmod 0700)", "cat <<'EOF'", "set superusers=\"root\"",
                        "password_pbkdf2 root grub.pbkdf2.sha512.…", "EOF",
                        "# /etc/grub.d/10_linux: CLASS=\"--class gnu-linux --class gnu --class os --unrestricted\"", "update-grub",
                    ]),
                Risk = Risk.Lockout,
                Undo = facts.Distribution.Choose("rm /boot/grub2/user.cfg", "rm /etc/grub.d/01_virtward; update-grub"),
            })
            { Evidence = [new Evidence(EvidenceKind.File, read[0].Path, "no password")] });
        }

        return null;
    }

    private static Remedy Remove(AuditFacts facts, string word) =>
        new("Take the word out of the boot loader's configuration, and restart when the guests can be moved.")
    {
        Steps = facts.Distribution.Choose<ImmutableArray<string>>(
            [$"grubby --update-kernel=ALL --remove-args={word}"],
            [$"# /etc/default/grub: take {word} out of GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT", "update-grub"]),
        Risk = Risk.Performance | Risk.Guests,
        Undo = facts.Distribution.Choose($"grubby --update-kernel=ALL --args={word}", "Put the word back; update-grub."),
    };
}
