using System.Collections.Immutable;
using Virtward.Exposure.Matrix;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Audit;

/// <summary>Makes the table of listening services: what each is, what somebody who reaches it can do, who reaches it, what to do.</summary>
public static class ServiceTable
{
    /// <summary>The lines, the worst first; none where the rules could not be read.</summary>
    public static ImmutableArray<ServiceLine> Of(AuditFacts facts)
    {
        ExposureReport? report = facts.Exposure.Report;
        return report is null ? [] : [.. report.Rows.Where(static row => row.Endpoint.Place != EndpointPlace.Guest).Select(Line).OrderByDescending(static line => line.Level)];
    }

    private static ServiceLine Line(ExposureRow row)
    {
        Endpoint endpoint = row.Endpoint;
        ServiceKind kind = endpoint.Service.Kind;
        IEnumerable<string> reach = row.Cells.Where(static cell => cell.Concern != Concern.Closed).Select(static cell => $"{cell.Zone}: {cell.Words}");
        Severity? level = Level(row.Concern, kind);
        return new ServiceLine(
            endpoint.Service.Name.Length > 0 ? endpoint.Service.Name : "unknown",
            endpoint.PortText,
            Bound(endpoint),
            endpoint.Owner,
            Risk(kind),
            level,
            string.Join("; ", reach) is { Length: > 0 } told ? told : "nobody",
            level is null ? "" : Advice(kind, row.Cells.Any(static cell => cell.Concern == Concern.Wrong)));
    }

    private static string Bound(Endpoint endpoint) => endpoint switch
    {
        { Place: EndpointPlace.Published } => "forwarded by a rule",
        { BoundDevice: string device } => $"only {device}",
        { Wildcard: true } => "every address",
        _ => string.Join(", ", endpoint.Addresses.Take(4)),
    };

    private static Severity? Level(Concern concern, ServiceKind kind) => concern switch
    {
        Concern.Wrong => kind is ServiceKind.Ssh or ServiceKind.Console or ServiceKind.Libvirt or ServiceKind.Migration or ServiceKind.Panel ? Severity.Critical : Severity.High,
        Concern.Look => Severity.Medium,
        _ => null,
    };

    private static string Risk(ServiceKind kind) => kind switch
    {
        ServiceKind.Ssh => "Whoever gets in is on the host that carries every guest; brute force never stops.",
        ServiceKind.Console => "It is a guest's screen and keyboard, mostly without encryption and with a short password or none.",
        ServiceKind.Libvirt => "Whoever speaks to it is root: it starts guests with any file and device of the host.",
        ServiceKind.Migration => "It takes or gives the memory and the disks of guests, unencrypted where nobody asked for TLS.",
        ServiceKind.Panel => "It manages the host with a password.",
        ServiceKind.Dns => "It answers for names to anybody, is used to flood others, and tells what is inside.",
        ServiceKind.Dhcp => "It gives addresses and gateways: whoever reaches it learns of the network, and can use it up.",
        ServiceKind.Vpn => "It is the way in, and made to be reached.",
        ServiceKind.Discovery => "It tells neighbours what runs here, and takes their word for names.",
        ServiceKind.Web => "It serves pages: a hypervisor has little reason to.",
        _ => "Whatever it is, a hole in it is a hole in the host of every guest.",
    };

    private static string Advice(ServiceKind kind, bool wrong) => kind switch
    {
        ServiceKind.Ssh => "Let only the management network and the VPN reach it, with keys and no passwords.",
        ServiceKind.Console => "Bind it to 127.0.0.1 or a socket and look through an SSH tunnel (virt-viewer does that by itself).",
        ServiceKind.Libvirt => "Close the TCP socket and use qemu+ssh://; where it must be, TLS with client certificates, to management only.",
        ServiceKind.Migration => "Let only the other hosts reach it, with TLS.",
        ServiceKind.Panel => "Let only the management network and the VPN reach it.",
        ServiceKind.Dns or ServiceKind.Dhcp => "Let only the guests' own network reach it.",
        ServiceKind.Discovery => "Switch it off.",
        ServiceKind.Vpn => "",
        _ => wrong ? "Stop it, bind it to 127.0.0.1, or drop it in the firewall." : "Look whether it is meant so, and say so in the policy.",
    };
}
