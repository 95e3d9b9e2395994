using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-02: libvirt over TLS only with verified, listed clients and at an address of its own.</summary>
public static class Lv02
{
    private static readonly ImmutableArray<string> Units = ["libvirtd-tls.socket", "virtproxyd-tls.socket"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-02",
        Severity = Severity.High,
        Title = "libvirt over TLS, where it is offered, knows its clients and listens at one address",
        Why = "A client certificate is the only key to libvirt's TLS socket (16514), and that socket gives the whole host. Without a list of names every certificate that the same "
            + "authority ever signed is such a key, and without verification any certificate is.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        Unit[] units = [.. Units.Select(facts.Units.Find).OfType<Unit>().Where(static unit => unit.IsActive || unit.IsEnabled)];
        Listener[] listeners = [.. facts.Host.Listeners.Where(static one => one.Protocol == "tcp" && one.Purpose == "libvirt-tls")];
        bool noListeners = facts.Snapshot.Text(SnapshotNames.Listeners) is null;
        string? unseen = Hypervisor.Unseen(facts.Units.FilesProblem, noListeners ? facts.Why(SnapshotNames.Listeners) : null);
        if (units.Length == 0 && listeners.Length == 0)
        {
            return Outcome.Of([], "libvirt offers no TLS socket", unseen);
        }

        List<Finding> findings = [];
        ImmutableArray<LibvirtConfig> configs = Hypervisor.Daemons(facts, remote: true);
        foreach (LibvirtConfig config in configs.Where(static config => config.Problem is null))
        {
            Judge(facts, config, findings);
        }

        Listener[] wide = [.. listeners.Where(static one => one.Wildcard)];
        if (wide.Length > 0)
        {
            string server = Hypervisor.Server(facts);
            findings.Add(new Finding("ListenStream", "libvirt's TLS socket listens at every address of the host", new Remedy("Bind the socket to the management address.")
            {
                Steps =
                [
                    $"# /etc/systemd/system/{server}-tls.socket.d/00-virtward.conf", "[Socket]", "ListenStream=", "ListenStream=MANAGEMENT_ADDRESS:16514", "FreeBind=true",
                    "systemctl daemon-reload", $"systemctl stop {server}.service {server}-tls.socket && systemctl start {server}-tls.socket",
                ],
                Risk = Risk.Service,
                Undo = $"rm /etc/systemd/system/{server}-tls.socket.d/00-virtward.conf && systemctl daemon-reload && systemctl restart {server}-tls.socket",
            })
            {
                Evidence = [.. wide.Take(4).Select(static one => new Evidence(EvidenceKind.Socket, one.ToString(), one.Unit ?? ""))],
            });
        }

        return Outcome.Of(
            findings, "libvirt's TLS socket verifies its clients, knows their names and listens at one address",
            Hypervisor.Unseen([unseen, .. configs.Select(static config => config.Problem)]));
    }

    private static void Judge(AuditFacts facts, LibvirtConfig config, List<Finding> findings)
    {
        if (config.Find("tls_no_verify_certificate") is { Value: "1" } verify)
        {
            findings.Add(new Finding("tls_no_verify_certificate", "clients' certificates are not verified: anybody gets in",
                Hypervisor.EditConfig(facts, config.Path, "Have clients' certificates verified.", "tls_no_verify_certificate = 0"))
            {
                Evidence = [Hypervisor.Seen(verify)],
                Severity = Severity.Critical,
            });
        }

        if (config.Find("tls_allowed_dn_list") is not { Values.IsEmpty: false } && config.Find("auth_tls")?.Value != "sasl")
        {
            findings.Add(new Finding("tls_allowed_dn_list", "every certificate of the authority opens libvirt: no names are listed",
                Hypervisor.EditConfig(
                    facts, config.Path, "List the names of the clients that may administer this host.",
                    "tls_allowed_dn_list = [ \"C=DE,O=Example,CN=admin1.example.org\" ]   # as virt-pki-query-dn clientcert.pem prints it", "# or: auth_tls = \"sasl\""))
            {
                Evidence = [config.Find("tls_allowed_dn_list") is LibvirtSetting empty ? Hypervisor.Seen(empty) : new Evidence(EvidenceKind.File, config.Path, "tls_allowed_dn_list is not set")],
            });
        }
    }
}
