using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-16.</summary>
public static class Exp16
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-16",
        Severity = Severity.Medium,
        Title = "services for administrators and guests are bound to the addresses that need them",
        Why = "A socket on every address hangs on the firewall alone: one flush, one reload that fails, one new interface, and the Internet reaches it. Bound to the management "
            + "address, or to the guests' bridge, it stays closed without any rule.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        if (!Reach.Has(facts, Zone.Internet))
        {
            return Outcome.NotApplicable("no interface leads to the Internet");
        }

        Finding[] findings = [.. Reach.Rows(facts).Where(static row => IsMeant(row.Endpoint)).Select(row => Finding(facts, row.Endpoint))];
        return Outcome.Of(Reach.Merged(findings), "every service for administrators or guests, SSH left to SSH-04, is bound to an address or a device", Reach.Processes(facts));
    }

    // SSH-04 speaks of sshd. A VPN must answer everywhere; a web server may have to.
    private static bool IsMeant(Endpoint endpoint) => endpoint is { Place: EndpointPlace.Host, Wildcard: true, BoundDevice: null }
        && endpoint.Service.Kind is ServiceKind.Console or ServiceKind.Libvirt or ServiceKind.Migration or ServiceKind.Panel or ServiceKind.Dns or ServiceKind.Discovery
        && endpoint.Service.Name != "dhcp-client";

    private static Finding Finding(AuditFacts facts, Endpoint endpoint) => new(
        Reach.Subject(endpoint), $"{Reach.Name(endpoint)} listens on every address: only the firewall stands before it", Rebind(facts, endpoint))
    {
        Evidence = [.. Reach.Sockets(facts, endpoint)],
    };

    private static Remedy Rebind(AuditFacts facts, Endpoint endpoint)
    {
        string address = Management(facts);
        Remedy remedy = new("Bind it to the address that needs it.") { Risk = Risk.Service, Undo = "delete the drop-in (or take the saved value back) and restart the service" };
        return endpoint.Service.Kind switch
        {
            ServiceKind.Console => remedy with
            {
                Steps = ["virsh edit GUEST    # <graphics …><listen type='address' address='127.0.0.1'/></graphics>", "# it counts from the guest's next start"],
                Risk = Risk.Guests,
                Undo = "virsh define the saved XML",
            },
            ServiceKind.Libvirt => remedy.With(
                "# /etc/systemd/system/virtproxyd-tls.socket.d/00-virtward.conf (libvirtd-tls.socket where libvirtd is one program)", "[Socket]", "ListenStream=",
                $"ListenStream={address}:{endpoint.Ports.First}", "FreeBind=true", "systemctl daemon-reload && systemctl restart virtproxyd-tls.socket"),
            ServiceKind.Panel when endpoint.Ports.First == 9090 => remedy.With(
                "# /etc/systemd/system/cockpit.socket.d/00-virtward.conf", "[Socket]", "ListenStream=", $"ListenStream={address}:9090", "FreeBind=yes",
                "systemctl daemon-reload && systemctl restart cockpit.socket"),
            ServiceKind.Dns => remedy.With(
                "# /etc/dnsmasq.d/00-virtward.conf, where it is the system's dnsmasq", "bind-dynamic", "interface=virbr0    # the guests' bridge", "except-interface=lo",
                "dnsmasq --test && systemctl restart dnsmasq"),
            ServiceKind.Discovery => remedy.With(
                "# /etc/systemd/resolved.conf.d/99-virtward.conf, where it is systemd-resolved", "[Resolve]", "LLMNR=no", "MulticastDNS=no", "systemctl restart systemd-resolved",
                "# avahi: systemctl disable --now avahi-daemon.socket avahi-daemon.service"),
            _ => remedy.With($"# let it listen on {address} alone, by its own configuration"),
        };
    }

    private static string Management(AuditFacts facts) => facts.Zones.Find(Zone.Management)?.Entries
        .Select(entry => facts.Host.Network.Interfaces.FirstOrDefault(one => one.Name == entry.Interface)).OfType<Virtward.Exposure.Topology.NetworkInterface>()
        .SelectMany(static one => one.Addresses).FirstOrDefault(static address => address.Address.IsV4)?.Address.ToString() ?? "MANAGEMENT-ADDRESS";
}
