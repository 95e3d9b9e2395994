using Virtward.Exposure.Topology;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Network;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>NET-05: bridges as they should be.</summary>
public static class Net05
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "NET-05",
        Severity = Severity.Medium,
        Title = "bridges make no loops, keep VLANs apart, and the host has no address among guests by accident",
        Why = "On a bridge there is no firewall unless somebody put one there: guests speak to the host's address and to one another as on one wire, and with a VLAN tag they may speak in networks that were meant for the host.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Network.LinksProblem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        NetworkInterface[] all = [.. facts.Host.Network.Interfaces];
        NetworkInterface[] bridges = [.. all.Where(static one => one.Kind == "bridge")];
        if (bridges.Length == 0)
        {
            return Outcome.NotApplicable("the host has no bridge");
        }

        HashSet<string> taps = [.. facts.Host.Guests.SelectMany(static guest => guest.Interfaces).Select(static one => one.Target).OfType<string>()];
        HashSet<string> libvirt = [.. facts.Host.GuestNetworks.Select(static network => network.Bridge).OfType<string>()];
        List<Finding> findings = [];
        foreach (NetworkInterface bridge in bridges)
        {
            NetworkInterface[] ports = [.. all.Where(one => one.Master == bridge.Name)];
            string[] uplinks = [.. ports.Where(static one => one.Kind is "" or "bond" or "team" or "vlan").Select(static one => one.Name)];
            string[] guests = [.. ports.Where(one => taps.Contains(one.Name) || one.Kind == "tun").Select(static one => one.Name)];
            bool addressed = bridge.Addresses.Any(static address => address.Address.IsV4 || address.Address.High >> 54 != 0xfe80 >> 6);
            LinkDetail? detail = facts.Network.Links.FirstOrDefault(one => one.Name == bridge.Name);
            if (uplinks.Length > 1 && detail?.SpanningTree == false)
            {
                findings.Add(Finding(facts, bridge, "loop", $"{bridge.Name} joins {Libvirt.Hypervisor.List(uplinks)} without the spanning tree protocol: one cable too many stops the network", [.. facts.Distribution.Choose<string[]>(
                    [$"nmcli connection modify CONNECTION_OF_{bridge.Name} bridge.stp yes   # the connection is often named bridge-{bridge.Name}"], ["# ifupdown: bridge_stp on; netplan: parameters: {stp: true}"])], $"stp_state 0, ports {Libvirt.Hypervisor.List(uplinks)}"));
            }

            if (guests.Length > 0 && uplinks.Length > 0 && addressed && facts.Profile == Profile.Isolated)
            {
                findings.Add(Finding(facts, bridge, "host among guests", $"the host has its address on {bridge.Name}, one wire with {guests.Length} guest ports and {Libvirt.Hypervisor.List(uplinks)}", [
                    "# give the host an address on a VLAN or a card of its own, and take it off the bridge: over a console, not over this address"], Addresses(bridge), Risk.Lockout | Risk.Guests));
            }

            if (guests.Length > 0 && uplinks.Length == 0 && addressed && !libvirt.Contains(bridge.Name) && facts.Hypervisor.NetworksProblem is null)
            {
                findings.Add(Finding(facts, bridge, "undeclared address", $"the host has an address on {bridge.Name}, where only guests are, and no network of libvirt's says why", [$"# take the address off {bridge.Name}, or define the network in libvirt"], Addresses(bridge)));
            }

            string[] tagged = [.. all.Where(one => one.Kind == "vlan" && one.Lower == bridge.Name).Select(static one => one.Name)];
            if (guests.Length > 0 && tagged.Length > 0 && !bridge.VlanFiltering)
            {
                findings.Add(Finding(facts, bridge, "VLANs", $"guests on {bridge.Name} may send frames with a VLAN tag into {Libvirt.Hypervisor.List(tagged)}", [.. facts.Distribution.Choose<string[]>(
                    [$"nmcli connection modify CONNECTION_OF_{bridge.Name} bridge.vlan-filtering yes bridge.vlan-default-pvid 1"], ["# ifupdown: bridge-vlan-aware yes (ifupdown2); else: ip link set " + bridge.Name + " type bridge vlan_filtering 1"]),
                    $"bridge vlan add dev {bridge.Name} vid ID self   # for each VLAN of the host's", $"bridge vlan add dev {uplinks.FirstOrDefault() ?? "UPLINK"} vid ID"], "vlan_filtering 0", Risk.Lockout | Risk.Guests));
            }
        }

        return Outcome.Of(findings, $"{bridges.Length} bridges are as they should be", facts.Hypervisor.GuestsProblem);
    }

    private static string Addresses(NetworkInterface bridge) => Libvirt.Hypervisor.List(bridge.Addresses.Select(static address => $"{address.Address}/{address.Length}"));

    private static Finding Finding(AuditFacts facts, NetworkInterface bridge, string topic, string what, string[] steps, string seen, Risk risk = Risk.Guests) => new(
        $"{bridge.Name}: {topic}", what, new Remedy("Change the bridge where it is configured, with a way back that does not hang on it.")
        {
            Steps = [.. steps],
            Risk = risk,
            Undo = facts.Distribution.Choose("nmcli connection modify with the old value, nmcli connection up", "write the old lines back, ifreload -a or netplan apply"),
        })
    {
        Evidence = [new Evidence(EvidenceKind.Setting, $"ip -d link, {bridge.Name}", seen)],
    };
}
