using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Services;

/// <summary>Services that the network reaches are kept in a sandbox.</summary>
public static class Svc02
{
    // systemd calls 9.0 and above UNSAFE: nearly nothing is switched on.
    private const double Unsafe = 9.0;

    // Whoever logs in or runs a guest gets a child of these, and what binds them would bind the child.
    private static readonly ImmutableArray<string> ByDesign =
    [
        "ssh.service", "sshd.service", "libvirtd.service", "virtqemud.service", "virtproxyd.service", "virtnetworkd.service", "virtlxcd.service",
        "docker.service", "containerd.service",
        "cron.service", "crond.service", "user@0.service", "openvswitch.service", "ovs-vswitchd.service", "NetworkManager.service",
        "networking.service", "rc-local.service",
    ];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SVC-02",
        Severity = Severity.Low,
        Title = "services that the network reaches run in systemd's sandbox",
        Why = "A service that is broken into is the whole host where nothing binds it: the images of all guests lie open to root. A few lines in a drop-in take most of that away.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Snapshot.Text(SnapshotNames.Listeners) is null)
        {
            return Outcome.Unknown(facts.Why(SnapshotNames.Listeners));
        }

        var findings = new List<Finding>();
        string? unseen = facts.Host.Listeners.Any(static listener => !listener.Loopback && listener.Unit is null && listener.Processes.IsEmpty)
            ? "of some listeners it is not known which service holds them"
            : null;
        int seen = 0;
        foreach (string unit in SandboxSources.Exposed(facts.Snapshot)
            .Where(unit => !ByDesign.Contains(unit) && !unit.StartsWith("sshd@", StringComparison.Ordinal) && !unit.StartsWith("ssh@", StringComparison.Ordinal)))
        {
            string name = SandboxSources.Prefix + Snapshot.NamePart(unit) + ".txt";
            if (Level(facts.Output(name) ?? "") is not double level)
            {
                unseen ??= $"how {unit} is bound is not known: {facts.Why(name)}";
            }
            else if (level >= Unsafe)
            {
                findings.Add(new Finding(unit, "nearly nothing binds it",
                    Remedy(unit)) { Evidence = [new Evidence(EvidenceKind.Output, "systemd-analyze security", facts.Output(name)!.Trim())] });
            }

            seen++;
        }

        return Outcome.Of(findings, seen == 0 ? "no service but SSH and libvirt's own is reached from the network"
            : $"each of the {seen} services that the network reaches is bound in some way", unseen);
    }

    // "→ Overall exposure level for chronyd.service: 3.5 OK 🙂"
    private static double? Level(string text)
    {
        int colon = text.LastIndexOf(": ", StringComparison.Ordinal);
        return colon >= 0 && double.TryParse(text[(colon + 2)..].Split(' ')[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out double level) ? level : null;
    }

    private static Remedy Remedy(string unit) => new("Bind it with a drop-in, then see whether it still does its work.")
    {
        Steps =
        [
            $"# /etc/systemd/system/{unit}.d/00-virtward.conf",
            "[Service]",
            "NoNewPrivileges=yes",
            "ProtectSystem=full",
            "ProtectHome=yes",
            "PrivateTmp=yes",
            "ProtectKernelModules=yes",
            "ProtectKernelTunables=yes",
            "ProtectControlGroups=yes",
            "RestrictSUIDSGID=yes",
            "systemctl daemon-reload",
            $"systemctl restart {unit}",
            $"systemd-analyze security {unit}",
        ],
        Risk = Risk.Service,
        Undo = $"Remove /etc/systemd/system/{unit}.d/00-virtward.conf; systemctl daemon-reload; systemctl restart {unit}.",
    };
}
