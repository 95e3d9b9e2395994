using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Network;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>NET-01: every dnsmasq serves its own interfaces only.</summary>
public static class Net01
{
    private const string Service = "dnsmasq.service";

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "NET-01",
        Severity = Severity.High,
        Title = "every dnsmasq is bound to the interfaces that it serves",
        Why = "A dnsmasq at every address answers the Internet: it is used to flood others, tells names of the inside, and its DHCP and TFTP are code that runs for strangers. The host's own also stands in the way of libvirt's.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        NetworkFacts network = facts.Network;
        Listener[] listeners = [.. facts.Host.Listeners.Where(static one => one.Purpose is "dns" or "dhcp" or "tftp" && one.Processes.Any(static process => process.Name == "dnsmasq"))];
        Unit? unit = facts.Units.Find(Service);
        bool runs = unit is { IsActive: true } or { IsEnabled: true } || listeners.Any(static one => one.Unit == Service);
        bool noListeners = facts.Snapshot.Text(SnapshotNames.Listeners) is null;
        string? unseen = Libvirt.Hypervisor.Unseen(
            network.GuestDnsmasqsProblem, facts.Units.FilesProblem is string why && !runs ? why : null, noListeners ? facts.Why(SnapshotNames.Listeners) : null,
            runs ? network.HostDnsmasqProblem : null);
        if (network.GuestDnsmasqs.IsEmpty && !runs && listeners.Length == 0)
        {
            return unseen is null ? Outcome.NotApplicable("no dnsmasq serves anything here") : Outcome.Unknown(unseen);
        }

        List<Finding> findings = [];
        foreach (DnsmasqConfig guest in network.GuestDnsmasqs)
        {
            if (Wrong(guest) is { Length: > 0 } wrong)
            {
                string name = Libvirt.Hypervisor.Quote(guest.Name);
                findings.Add(new Finding($"network {guest.Name}", $"libvirt's dnsmasq for {guest.Name} {string.Join(", and ", wrong)}", new Remedy("Take the options out of the network's XML and start the network anew: libvirt writes the file.")
                {
                    Steps = [$"virsh net-edit {name}   # no <tftp root=…/>, no dnsmasq:options that change what it listens on", $"virsh net-destroy {name} && virsh net-start {name}"],
                    Risk = Risk.Guests,
                    Undo = "virsh net-edit, write the lines back, start the network anew",
                })
                {
                    Evidence = [Option(guest)],
                });
            }
        }

        if (runs && network.HostDnsmasq is DnsmasqConfig own && Wrong(own) is { Length: > 0 } ownWrong)
        {
            findings.Add(Own(facts, $"the host's own dnsmasq {string.Join(", and ", ownWrong)}", Option(own)));
        }

        Listener[] wide = [.. listeners.Where(static one => one.Wildcard && one.Device is null && one.Port is 53 or 69)];
        if (wide.Length > 0 && findings.Count == 0)
        {
            findings.Add(Own(facts, "a dnsmasq listens at every address of the host", new Evidence(EvidenceKind.Socket, wide[0].ToString(), wide[0].Unit ?? wide[0].Processes[0].Name)));
        }

        return Outcome.Of(findings, $"{network.GuestDnsmasqs.Length} dnsmasqs of libvirt's{(runs ? " and the host's own" : "")} are bound to their interfaces", unseen);
    }

    private static string[] Wrong(DnsmasqConfig config) =>
    [
        .. !config.Has("bind-dynamic") && !config.Has("bind-interfaces") ? (ReadOnlySpan<string>)["listens at every address of the host"] : [],
        .. !config.Has("interface") && !config.Has("listen-address") ? (ReadOnlySpan<string>)["names no interface to serve"] : [],
        .. config.Has("enable-tftp") ? (ReadOnlySpan<string>)["serves files by TFTP"] : [],
    ];

    private static Evidence Option(DnsmasqConfig config) => config.Find("enable-tftp") is DnsmasqOption tftp
        ? Evidence.OfLine(tftp.Path, tftp.Line, tftp.Text)
        : new Evidence(EvidenceKind.File, config.Path, $"interface={string.Join(',', config.Values("interface").Take(5))}{(config.Has("bind-dynamic") ? ", bind-dynamic" : config.Has("bind-interfaces") ? ", bind-interfaces" : "")}");

    private static Finding Own(AuditFacts facts, string what, Evidence evidence) => new(Service, what, new Remedy("Where nothing needs the host's own dnsmasq, stop it; else bind it.")
    {
        Steps =
        [
            $"systemctl disable --now {Service}", "# or, where it is needed:", "# /etc/dnsmasq.d/00-virtward.conf", "bind-dynamic", "interface=INTERFACE_THAT_IT_SERVES",
            .. facts.Distribution.Choose<string[]>([], ["except-interface=lo"]), "dnsmasq --test", $"systemctl restart {Service}",
        ],
        Risk = Risk.Guests | Risk.Service,
        Undo = $"rm /etc/dnsmasq.d/00-virtward.conf; systemctl enable --now {Service}",
    })
    {
        Evidence = [evidence, .. facts.Units.Find(Service) is Unit unit ? (ReadOnlySpan<Evidence>)[new Evidence(EvidenceKind.Unit, Service, unit.Told)] : []],
    };
}
