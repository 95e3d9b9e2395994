using Virtward.Core.Net;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Topology;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-14: libvirt's networks are used, filtered and overlap nothing.</summary>
public static class Lv14
{
    private const string Autostart = "/etc/libvirt/qemu/networks/autostart";

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-14",
        Severity = Severity.Medium,
        Title = "libvirt's networks are in use, keep libvirt's rules, and overlap no other network",
        Why = "A network that nobody uses still opens DNS and DHCP, and switches forwarding on. One that overlaps the LAN or the VPN sends packets to the wrong side; one of mode open has no rule of libvirt's at all.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Host.GuestNetworks.IsEmpty)
        {
            return facts.Hypervisor.NetworksProblem is string why ? Outcome.Unknown(why) : Outcome.NotApplicable("libvirt has no network here");
        }

        List<Finding> findings = [];
        HashSet<string> used = [.. facts.Hypervisor.Guests.SelectMany(static guest => guest.Forms).SelectMany(static form => form.Nics).Select(static nic => nic.Network)];
        HashSet<string> bridges = [.. facts.Hypervisor.Guests.SelectMany(static guest => guest.Forms).SelectMany(static form => form.Nics).Select(static nic => nic.Bridge).Where(static name => name.Length > 0)];
        foreach (GuestNetwork network in facts.Host.GuestNetworks)
        {
            string name = Hypervisor.Quote(network.Name);
            bool starts = facts.Files.State($"{Autostart}/{network.Name}.xml") is not null;
            bool unused = !used.Contains(network.Name) && !(network.Bridge is string bridge && bridges.Contains(bridge));
            if (facts.Hypervisor.GuestsProblem is null && unused && (network.Active || starts) && network.Forward is "none" or "nat" or "route" or "open")
            {
                findings.Add(new Finding($"network {network.Name}: unused", $"the network {network.Name} {(network.Active ? "runs" : "starts with the host")}, and no guest uses it", new Remedy("Stop the network, and do not start it with the host.")
                {
                    Steps = [$"virsh net-destroy {name}", $"virsh net-autostart --disable {name}"],
                    Risk = Risk.Guests,
                    Undo = $"virsh net-start {name} && virsh net-autostart {name}",
                })
                {
                    Evidence = [new Evidence(EvidenceKind.Guest, $"network {network.Name}", $"{(network.Active ? "active" : "not active")}{(starts ? $", {Autostart}/{network.Name}.xml" : "")}")],
                });
            }

            if (network.Forward == "open")
            {
                findings.Add(new Finding($"network {network.Name}: open", $"libvirt writes no rule for the network {network.Name}: it is of mode open", Edit(network, "Choose nat, route or none, or see that the host's own rules hold its guests.", "# <forward mode='nat'/> in place of <forward mode='open'/>"))
                {
                    Evidence = [new Evidence(EvidenceKind.Guest, $"network {network.Name}", "<forward mode='open'/>")],
                });
            }

            if (Overlap(facts, network) is (Prefix own, string other))
            {
                findings.Add(new Finding($"network {network.Name}: overlap", $"its addresses {own} overlap {other}", Edit(network, "Give the network addresses of its own.", "# <ip address='10.77.0.1' netmask='255.255.255.0'> and a <range> inside; guests take theirs anew"))
                {
                    Evidence = [new Evidence(EvidenceKind.Guest, $"network {network.Name}", own.ToString()), new Evidence(EvidenceKind.Setting, "ip route", other)],
                });
            }
        }

        return Outcome.Of(
            findings, $"libvirt's networks ({facts.Host.GuestNetworks.Length}) are used or off, and overlap nothing",
            Hypervisor.Unseen(facts.Hypervisor.NetworksProblem, facts.Hypervisor.GuestsProblem, facts.Host.Network.Interfaces.IsEmpty ? "the host's other networks are not known" : null));
    }

    // Interfaces but the network's own bridge, routes by others, and what a peer of a VPN may send from.
    private static (Prefix Own, string Other)? Overlap(AuditFacts facts, GuestNetwork network)
    {
        foreach (Prefix own in network.Addresses.Select(static address => address.Network).Where(static prefix => prefix.Length > 0))
        {
            foreach (NetworkInterface one in facts.Host.Network.Interfaces.Where(one => !one.Loopback && one.Name != network.Bridge))
            {
                if (one.Addresses.FirstOrDefault(address => address.Network.IsV4 == own.IsV4 && !IsLinkLocal(address.Address) && address.Network.Overlaps(own)) is InterfaceAddress found)
                {
                    return (own, $"{found.Network} on {one.Name}");
                }
            }

            // A route that holds the network and much more, as a VPN's or the default, is the way to the rest.
            if (facts.Host.Network.Routes.FirstOrDefault(route => route.Device is string device && device != network.Bridge && device != "lo" && route.Destination.Length >= 8
                && route.Destination.IsV4 == own.IsV4 && own.Contains(route.Destination) && route.Type == RouteType.Unicast) is Route way)
            {
                return (own, $"the route to {way.Destination} by {way.Device}");
            }

            if (facts.Host.GuestNetworks.FirstOrDefault(other => other.Name != network.Name && string.CompareOrdinal(other.Name, network.Name) < 0
                && other.Addresses.Any(address => address.Network.IsV4 == own.IsV4 && address.Network.Overlaps(own))) is GuestNetwork twin)
            {
                return (own, $"the network {twin.Name}");
            }
        }

        return null;
    }

    private static bool IsLinkLocal(Address address) => !address.IsV4 && address.High >> 54 == 0xfe80 >> 6;

    private static Remedy Edit(GuestNetwork network, string summary, params ReadOnlySpan<string> lines)
    {
        string name = Hypervisor.Quote(network.Name);
        string saved = Hypervisor.Quote($"/root/virtward-net-{network.Name.Replace('/', '_')}.xml");
        return new Remedy(summary)
        {
            Steps = [$"virsh net-dumpxml --inactive {name} > {saved}", $"virsh net-edit {name}", .. lines, $"virsh net-destroy {name} && virsh net-start {name}   # running guests lose it until they start again"],
            Risk = Risk.Guests,
            Undo = $"virsh net-define {saved} && virsh net-destroy {name} && virsh net-start {name}",
        };
    }
}
