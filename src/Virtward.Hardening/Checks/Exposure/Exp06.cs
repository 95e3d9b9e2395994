using System.Collections.Immutable;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-06.</summary>
public static class Exp06
{
    // rpcbind, printing, Proxmox, cockpit, Webmin, Zabbix, node exporter, Grafana and its kin, PCP, Netdata, Cacti's snmpd.
    private static readonly ImmutableHashSet<int> Ports = [111, 161, 631, 1900, 3000, 3001, 5353, 5355, 8006, 9090, 9100, 10000, 10050, 10051, 19999, 44321];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-06",
        Severity = Severity.Medium,
        Title = "no discovery service, panel or monitor is reached from the Internet",
        Why = "mDNS, LLMNR and rpcbind tell strangers what runs here and amplify floods; panels such as cockpit are a login to the host as root, and monitors give away "
            + "everything that an attacker would look for first.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        ImmutableArray<ExposureRow> rows =
        [
            .. Reach.Rows(facts).Where(static row => row.Endpoint.Place == EndpointPlace.Host
                && (row.Endpoint.Service.Kind is ServiceKind.Discovery or ServiceKind.Panel || (row.Endpoint.Ports.IsSingle && Ports.Contains((int)row.Endpoint.Ports.First)))),
        ];
        string seen = rows.IsEmpty ? "no discovery service, panel or monitor listens on a network"
            : $"{string.Join(", ", rows.Select(static row => Reach.Name(row.Endpoint)).Take(6))}: not reached from the Internet";
        return Reach.Judge(facts, rows, seen, null, static row => row.Endpoint.Service.Kind == ServiceKind.Panel ? Severity.High : null, Zone.Internet);
    }
}
