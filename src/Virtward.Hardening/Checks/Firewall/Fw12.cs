using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-12.</summary>
public static class Fw12
{
    private static readonly ImmutableHashSet<string> Web = ["http", "https", "http3"];

    // What no hypervisor offers to strangers; ssh is EXP-02's.
    private static readonly ImmutableHashSet<string> Never =
    [
        "libvirt", "libvirt-tls", "cockpit", "mdns", "samba-client", "samba", "samba-dc", "vnc-server", "spice", "nfs", "nfs3", "mountd", "rpc-bind", "telnet", "ftp", "tftp", "rsh",
        "dns", "dhcp", "dhcpv6", "snmp", "snmptrap", "ipp", "ipp-client", "mysql", "postgresql", "redis", "mongodb", "ovirt-imageio", "ovirt-vmconsole", "vdsm", "iscsi-target", "llmnr",
        "llmnr-client", "upnp-client", "ssdp", "rdp", "zabbix-agent", "zabbix-server", "grafana", "prometheus", "elasticsearch", "docker-registry", "docker-swarm", "kube-api", "kube-apiserver",
        "kubelet", "etcd-server", "etcd-client", "wbem-http", "wbem-https", "rquotad", "syslog", "ldap", "synergy", "vnc", "ws-discovery", "high-availability", "glusterfs", "ceph", "ceph-mon",
    ];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-12",
        Severity = Severity.High,
        Title = "the zone that faces the Internet opens no service of a hypervisor's inside",
        Why = "A service stays open in the zone long after its program is gone, and waits for the next program at that port. libvirt, cockpit, VNC or file shares in the Internet's zone "
            + "are the whole host, offered to strangers.",
        References = ["CIS RHEL 9 v2.0.0 4.2.1"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Daemon.Without(facts) is Outcome without)
        {
            return without;
        }

        if (Daemon.Outer(facts).IsEmpty)
        {
            return facts.Zones.Zones.All(static zone => zone.Entries.IsEmpty) ? Outcome.Unknown("which interfaces the host has is not known") : Outcome.NotApplicable("no interface leads to the Internet");
        }

        FirewalldZone[] facing = [.. Daemon.Facing(facts)];
        var findings = new List<Finding>();
        foreach (FirewalldZone zone in facing)
        {
            foreach (string service in zone.Services.Where(service => Never.Contains(service) || (Web.Contains(service) && facts.Profile == Profile.Isolated)))
            {
                findings.Add(new Finding(
                    $"{zone.Name} {service}", $"the zone {zone.Name}, which faces the Internet, opens {service}",
                    Daemon.Change($"Take {service} out of the zone {zone.Name}.", zone, $"--remove-service={service}", $"--add-service={service}", Risk.Service))
                {
                    Severity = Web.Contains(service) ? Severity.Medium : null,
                    Evidence = [Daemon.Evidence(facts, zone, $"\"{service}\"", $"services: {string.Join(' ', zone.Services)}")],
                });
            }
        }

        return Outcome.Of(findings, $"{string.Join(", ", facing.Select(static zone => $"zone {zone.Name} opens {(zone.Services.IsEmpty ? "no service" : string.Join(' ', zone.Services))}"))}", Daemon.Unseen(facts));
    }
}
