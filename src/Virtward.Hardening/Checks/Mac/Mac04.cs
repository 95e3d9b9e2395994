using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Checks.Mac;

/// <summary>What an intruder would change is audited.</summary>
public static class Mac04
{
    // A topic is covered by a rule that holds one of these words.
    internal static readonly ImmutableArray<(string Topic, string What, string[] Words, string[] Rules)> Topics =
    [
        ("/etc/libvirt", "changes of guests, networks and libvirt's own configuration", ["/etc/libvirt"], ["-w /etc/libvirt/ -p wa -k virtward-libvirt"]),
        ("/etc/ssh", "changes of sshd's configuration", ["/etc/ssh"], ["-w /etc/ssh/ -p wa -k virtward-ssh"]),
        ("firewall", "changes of the firewall's configuration",
        ["/etc/nftables", "/etc/firewalld", "/etc/sysconfig/nftables", "/etc/ufw", "/etc/iptables"], ["-w /etc/nftables.conf -p wa -k virtward-firewall"]),
        ("nft", "runs of nft and iptables", ["/sbin/nft", "/nft", "nft-multi", "/iptables"], ["-w /usr/sbin/nft -p x -k virtward-firewall"]),
        ("virsh", "runs of virsh", ["/virsh"], ["-w /usr/bin/virsh -p x -k virtward-libvirt"]),
        ("modules", "kernel modules that are loaded", ["init_module", "/kmod", "/insmod", "/modprobe"],
        ["-a always,exit -F arch=b64 -S init_module,finit_module,delete_module -k virtward-modules"]),
        ("time", "changes of the clock", ["settimeofday", "clock_settime", "adjtimex", "/etc/localtime"],
        ["-a always,exit -F arch=b64 -S settimeofday,adjtimex,clock_settime -k virtward-time"]),
    ];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "MAC-04",
        Severity = Severity.Medium,
        Title = "auditd runs and records what an intruder on a hypervisor would change",
        Why = "Who changed the firewall, redefined a guest or loaded a module is not to be found in any other log. Without it nobody can say after a break-in which guests were touched.",
        References =
        [
            "CIS RHEL 9 v2.0.0 6.3.1.4", "CIS RHEL 9 v2.0.0 6.3.3.4", "CIS RHEL 9 v2.0.0 6.3.3.19",
            "CIS Debian 12 v1.1.0 6.2.1.2", "CIS Debian 12 v1.1.0 6.2.3.4", "CIS Debian 12 v1.1.0 6.2.3.19",
            "DISA STIG RHEL 9 RHEL-09-653015", "DISA STIG RHEL 9 RHEL-09-654080",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Profile == Profile.Lab)
        {
            return facts.Units.Problem is string none ? Outcome.Unknown($"which services run is not known: {none}")
                : Outcome.NotApplicable("the profile lab does not ask for it");
        }

        if (facts.Units.Problem is string problem)
        {
            return Outcome.Unknown($"which services run is not known: {problem}");
        }

        if (!facts.Units.IsActive("auditd.service"))
        {
            return Outcome.Of(
                [new Finding("auditd.service", "auditd does not run", new Remedy("Install and start it, with rules of our own.")
                {
                    Steps = [facts.Distribution.Install(facts.Distribution.Choose("audit", "auditd")),
                        .. Rules(facts, [.. Topics.SelectMany(static topic => topic.Rules)]), "systemctl enable --now auditd", "augenrules --load"],
                    Risk = Risk.Performance,
                    Undo = "Remove /etc/audit/rules.d/00-virtward.rules; augenrules --load.",
                })
                { Evidence = [new Evidence(EvidenceKind.Unit, "auditd.service", facts.Units.Find("auditd.service")?.Told ?? "there is no such unit")] }], "");
        }

        var findings = new List<Finding>();
        bool live = !facts.Access.AuditRules.IsDefault;
        ImmutableArray<string> rules = live ? facts.Access.AuditRules : [.. facts.Access.AuditRuleFiles.Select(static line => line.Text)];
        if (!live && rules.IsEmpty)
        {
            return Outcome.Unknown($"auditd runs; its rules are not known: {facts.Why(AccessSources.AuditRules)}");
        }

        string? status = (facts.Output(AccessSources.AuditStatus) ?? "").Split('\n')
            .FirstOrDefault(static line => line.StartsWith("enabled ", StringComparison.Ordinal));
        if (status?.Trim() == "enabled 0")
        {
            findings.Add(new Finding("audit enabled", "the kernel does not audit, although auditd runs",
                new Remedy("Switch it on.") { Steps = ["auditctl -e 1"], Undo = "auditctl -e 0" })
            {
                Evidence = [new Evidence(EvidenceKind.Output, "auditctl -s", status.Trim())],
            });
        }

        string locked = status?.Trim() == "enabled 2" ? " (the rules are locked by -e 2: they change with the next boot only)" : "";
        foreach ((string topic, string what, string[] words,
            string[] add) in Topics.Where(topic => !rules.Any(rule => IsWatching(rule) && topic.Words.Any(word => rule.Contains(word, StringComparison.Ordinal)))))
        {
            findings.Add(new Finding(topic, $"nothing records {what}", new Remedy($"Add a rule{locked}.")
            {
                Steps = [.. Rules(facts, [.. add]), "augenrules --load"],
                Risk = Risk.Performance,
                Undo = "Remove the rule from /etc/audit/rules.d/00-virtward.rules; augenrules --load.",
            })
            { Evidence = [new Evidence(EvidenceKind.Output, live ? "auditctl -l" : "/etc/audit/rules.d",
                $"no rule of {rules.Length} holds {string.Join(" or ", words)}")] });
        }

        // The files tell what is meant; only the kernel tells what is.
        return Outcome.Of(findings, $"auditd runs; its {rules.Length} rules cover what is asked for", live ? null
            : $"the rules' files cover it; whether the kernel has them is not known: {facts.Why(AccessSources.AuditRules)}");
    }

    internal static bool IsWatching(string rule) => rule.StartsWith("-w ", StringComparison.Ordinal)
        || (rule.StartsWith("-a ", StringComparison.Ordinal) && !rule.Contains("never", StringComparison.Ordinal));

    private static IEnumerable<string> Rules(AuditFacts facts, ImmutableArray<string> rules) =>
        ["# /etc/audit/rules.d/00-virtward.rules", .. rules.Select(rule => rule.Replace("/etc/nftables.conf", FirewallPath(facts), StringComparison.Ordinal))];

    internal static string FirewallPath(AuditFacts facts) =>
        facts.Units.IsActive("firewalld.service") ? "/etc/firewalld/"
        : facts.Units.IsActive("ufw.service") ? "/etc/ufw/"
        : facts.Distribution.Choose("/etc/sysconfig/nftables.conf", "/etc/nftables.conf");
}
