using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-01: libvirt without TCP.</summary>
public static class Lv01
{
    private static readonly ImmutableArray<string> Units = ["libvirtd-tcp.socket", "virtproxyd-tcp.socket"];
    private static readonly ImmutableArray<string> Arguments = ["/etc/sysconfig/libvirtd", "/etc/default/libvirtd", "/etc/sysconfig/virtproxyd"];

    /// <summary>What its one finding is about.</summary>
    internal const string Subject = "libvirt's TCP socket";

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-01",
        Severity = Severity.Critical,
        Title = "libvirt has no TCP socket",
        Why = "Whoever speaks to libvirt owns the host: a guest with the host's disk in it is one call away. Its TCP socket (16509) is not encrypted, and where its authentication "
            + "is set to none anybody may come in. The setting listen_tcp does not say: where systemd opens the socket, it is not asked.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        List<Evidence> evidence = [];
        foreach (Unit unit in Units.Select(facts.Units.Find).OfType<Unit>().Where(static unit => unit.IsActive || unit.IsEnabled))
        {
            evidence.Add(new Evidence(EvidenceKind.Unit, unit.Name, unit.Told));
        }

        Listener[] listeners = [.. facts.Host.Listeners.Where(static one => one.Protocol == "tcp" && one.Purpose == "libvirt")];
        evidence.AddRange(listeners.Take(8).Select(static one => new Evidence(EvidenceKind.Socket, one.ToString(), one.Unit ?? "")));
        foreach (string path in Arguments)
        {
            evidence.AddRange(Listening(facts, path));
        }

        string? unseen = Hypervisor.Unseen(
            facts.Units.Problem is string running && facts.Snapshot.Text(SnapshotNames.Listeners) is null ? running : null,
            facts.Units.FilesProblem,
            facts.Snapshot.Text(SnapshotNames.Listeners) is null ? facts.Why(SnapshotNames.Listeners) : null);
        Finding[] findings = evidence.Count == 0 ? [] : [new Finding(Subject, What(listeners), Remedy(facts))
        {
            Evidence = [.. evidence],

            // Only the host's own users reach it.
            Severity = listeners.Length > 0 && listeners.All(static one => one.Loopback) ? Severity.High : null,
        }];
        return Outcome.Of(findings, "no TCP socket of libvirt listens, and neither libvirtd-tcp.socket nor virtproxyd-tcp.socket starts at boot", unseen);
    }

    private static string What(Listener[] listeners) => listeners.Length > 0
        ? "libvirt takes commands over TCP, not encrypted"
        : "libvirt's TCP socket opens with the next start";

    // Without systemd's sockets: libvirtd --listen opens what listen_tcp says.
    private static IEnumerable<Evidence> Listening(AuditFacts facts, string path)
    {
        if (facts.Files.Find(path) is not ConfigFile file)
        {
            yield break;
        }

        ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            bool listens = !line.StartsWith('#') && line.Split([' ', '\t', '"', '\'', '='], StringSplitOptions.RemoveEmptyEntries).Any(static word => word is "--listen" or "-l");
            if (!listens)
            {
                continue;
            }

            foreach (LibvirtSetting setting in Hypervisor.Daemons(facts, remote: true).Select(static config => config.Find("listen_tcp")).OfType<LibvirtSetting>())
            {
                if (setting.Value == "1")
                {
                    yield return Evidence.OfLine(path, i + 1, line);
                    yield return Hypervisor.Seen(setting);
                }
            }
        }
    }

    private static Remedy Remedy(AuditFacts facts)
    {
        string server = Hypervisor.Server(facts);
        return new Remedy("Close libvirt's TCP socket; administer over SSH: virsh -c qemu+ssh://HOST/system.")
        {
            Steps = [$"systemctl disable --now {server}-tcp.socket", $"systemctl mask {server}-tcp.socket", $"systemctl restart {server}.service", "ss -Hltn 'sport = :16509'   # must print nothing"],
            Risk = Risk.Service,
            Undo = $"systemctl unmask {server}-tcp.socket && systemctl enable --now {server}-tcp.socket",
        };
    }
}
