using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Network;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>NET-02: the resolver speaks to nobody but the host.</summary>
public static class Net02
{
    private const string Service = "systemd-resolved.service";
    private const string DropIn = "/etc/systemd/resolved.conf.d/99-virtward.conf";
    private const int Llmnr = 5355;
    private const int Mdns = 5353;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "NET-02",
        Severity = Severity.Medium,
        Title = "systemd-resolved answers no neighbours: LLMNR and mDNS are off",
        Why = "With LLMNR and mDNS the host answers whoever asks on the wire, guests and neighbours of the uplink, and takes names from them: that is how logins are lured to a false server.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        NetworkFacts network = facts.Network;
        Unit? unit = facts.Units.Find(Service);
        bool noListeners = facts.Snapshot.Text(SnapshotNames.Listeners) is null;
        Listener[] own = [.. facts.Host.Listeners.Where(static one => one.Unit == Service || one.Processes.Any(static process => process.Name is "systemd-resolve" or "systemd-resolved"))];
        bool runs = unit is { IsActive: true } or { IsEnabled: true } || own.Length > 0;
        bool stub = network.ResolvTarget?.Contains("systemd/resolve/", StringComparison.Ordinal) == true || network.Nameservers.Contains("127.0.0.53");
        if (!runs)
        {
            if (Libvirt.Hypervisor.Unseen(facts.Units.Problem, facts.Units.FilesProblem, noListeners ? facts.Why(SnapshotNames.Listeners) : null) is string unseen)
            {
                return Outcome.Unknown(unseen);
            }

            return stub ? Outcome.Of([Dangling(facts)], "") : unit is null ? Outcome.NotApplicable("systemd-resolved is not installed") : Outcome.Pass("systemd-resolved does not run");
        }

        List<Finding> findings = [];
        Judge(facts, "LLMNR", Llmnr, own, findings);
        Judge(facts, "MulticastDNS", Mdns, own, findings);
        if (network.Resolved.Find("DNSStubListenerExtra") is (string value, string path, int line) && value.Length > 0 && !value.Contains("127.", StringComparison.Ordinal))
        {
            findings.Add(new Finding("DNSStubListenerExtra", $"systemd-resolved answers at {value} too", Off("Let it answer the host only.", "DNSStubListenerExtra=", (value, path, line)))
            {
                Evidence = [Evidence.OfLine(path, line, $"DNSStubListenerExtra={value}")],
            });
        }

        // What nobody set is as the distribution built it: the sockets tell.
        return Outcome.Of(
            findings, "systemd-resolved has no socket for LLMNR or mDNS",
            Libvirt.Hypervisor.Unseen(noListeners ? facts.Why(SnapshotNames.Listeners) : null, network.ResolvedProblem, !facts.Host.Meta.Root && facts.Host.Listeners.Any(static one => one.Port is Llmnr or Mdns && one.Processes.IsEmpty)
                ? "it needs root to see whose the sockets at 5355 and 5353 are" : null));
    }

    private static void Judge(AuditFacts facts, string setting, int port, Listener[] own, List<Finding> findings)
    {
        Listener[] sockets = [.. own.Where(one => one.Port == port)];
        (string Value, string Path, int Line)? told = facts.Network.Resolved.Find(setting);
        bool on = told?.Value.ToUpperInvariant() is "YES" or "TRUE" or "1" or "ON" or "RESOLVE";
        if (sockets.Length == 0 && !on)
        {
            return;
        }

        findings.Add(new Finding(setting, sockets.Length > 0 ? $"systemd-resolved listens for neighbours' questions ({setting})" : $"{setting} is switched on", Off($"Switch {setting} off.", $"{setting}=no", told))
        {
            Evidence =
            [
                .. sockets.Take(4).Select(static one => new Evidence(EvidenceKind.Socket, one.ToString(), one.Unit ?? Service)),
                .. told is { } set ? (ReadOnlySpan<Evidence>)[Evidence.OfLine(set.Path, set.Line, $"{setting}={set.Value}")] : [],
            ],
        });
    }

    private static Remedy Off(string summary, string line, (string Value, string Path, int Line)? told) => new(summary)
    {
        Steps = [.. told is { } set ? new FoundSetting(set.Value, set.Path, set.Line, $"{line.Split('=')[0]}={set.Value}").StepsBefore(DropIn) : [], $"# {DropIn}", "[Resolve]", line, $"systemctl restart {Service}", "resolvectl status   # names must still resolve"],
        Risk = Risk.Service,
        Undo = $"rm /etc/systemd/resolved.conf.d/99-virtward.conf && systemctl restart {Service}",
    };

    private static Finding Dangling(AuditFacts facts) => new("/etc/resolv.conf", "systemd-resolved does not run, and /etc/resolv.conf still leads to it: the host resolves no names, and so gets no updates", new Remedy(
        "Write the resolvers down, or start systemd-resolved.")
    {
        Steps = ["rm /etc/resolv.conf", "# /etc/resolv.conf", "nameserver ADDRESS_OF_YOUR_RESOLVER", "# or: systemctl enable --now systemd-resolved"],
        Risk = Risk.Service,
        Undo = "ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf",
    })
    {
        Evidence = [new Evidence(EvidenceKind.File, "/etc/resolv.conf", facts.Network.ResolvTarget is string target ? $"-> {target}" : "nameserver 127.0.0.53")],
    };
}
