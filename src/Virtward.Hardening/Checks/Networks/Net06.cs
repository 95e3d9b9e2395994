using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Network;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>NET-06: no interface is strange.</summary>
public static class Net06
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "NET-06",
        Severity = Severity.Low,
        Title = "no interface listens to all frames, shares an address, or belongs to nobody",
        Why = "A card that takes all frames has somebody who reads them. A tap on a bridge that is no guest's is a way into the guests' network that nobody declared.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Network.LinksProblem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        List<Finding> findings = [];
        LinkDetail[] links = [.. facts.Network.Links];
        HashSet<string> below = [.. facts.Host.Network.Interfaces.Select(static one => one.Lower).OfType<string>()];
        HashSet<string> taps = [.. facts.Host.Guests.SelectMany(static guest => guest.Interfaces).Select(static one => one.Target).OfType<string>()];
        HashSet<string> outside = [.. (facts.Zones.Find(Zone.Internet)?.Entries ?? []).Select(static entry => entry.Interface)];
        HashSet<string> tapVpns = [.. facts.Network.OpenVpn.Select(static config => config.Words("dev")).Where(static words => words.Length > 1).Select(static words => words[1])];
        foreach (LinkDetail link in links)
        {
            // A bridge's port takes all frames by its nature, and so does what a macvtap or VLAN sits on.
            if (link.SetPromiscuous || (link.Promiscuity > 0 && link.Master.Length == 0 && !below.Contains(link.Name)))
            {
                findings.Add(new Finding($"{link.Name}: promiscuous", $"{link.Name} takes all frames, not only its own", new Remedy("Find who reads along, and stop it.")
                {
                    Steps = ["ss -0 -p   # packet sockets and their programs", $"ip link set {link.Name} promisc off"],
                    Undo = $"ip link set {link.Name} promisc on",
                })
                {
                    Evidence = [Evidence.OfSetting($"ip -d link, {link.Name}", link.SetPromiscuous ? "PROMISC" : $"promiscuity {link.Promiscuity}")],
                });
            }

            if (link.DuplicateAddress is string duplicate)
            {
                findings.Add(new Finding($"{link.Name}: duplicate", $"another machine has {link.Name}'s address {duplicate} too", new Remedy("Find the other machine, and give one of them another address.").With($"ip -6 neigh show {duplicate}"))
                {
                    Evidence = [Evidence.OfSetting($"ip addr, {link.Name}", $"{duplicate} dadfailed")],
                });
            }

            if (link.DynamicAddress is string dynamic && outside.Contains(link.Name) && facts.Profile != Profile.Lab)
            {
                findings.Add(new Finding($"{link.Name}: DHCP", $"{link.Name} gets its address from whoever answers first on the uplink", new Remedy("Write the address, the gateway and the resolvers down.")
                {
                    Steps = facts.Distribution.Choose<ImmutableArray<string>>(
                        [$"nmcli connection modify CONNECTION_OF_{link.Name} ipv4.method manual ipv4.addresses ADDRESS/LENGTH ipv4.gateway GATEWAY ipv4.dns RESOLVER"],
                        ["# ifupdown: iface … inet static; netplan: dhcp4: false, addresses: [ADDRESS/LENGTH]"]),
                    Risk = Risk.Lockout,
                    Undo = facts.Distribution.Choose("nmcli connection modify … ipv4.method auto", "write the old lines back"),
                })
                {
                    Evidence = [Evidence.OfSetting($"ip addr, {link.Name}", $"{dynamic} dynamic")],
                });
            }

            // libvirt of old put a tap of its own on each bridge: virbr0-nic.
            if (link.Tap && link.Master.Length > 0 && link.Name != $"{link.Master}-nic" && !taps.Contains(link.Name) && !tapVpns.Contains(link.Name) && facts.Hypervisor.GuestsProblem is null)
            {
                findings.Add(new Finding($"{link.Name}: tap", $"{link.Name} is a port of {link.Master}, and no guest that libvirt runs has it", new Remedy("Find whose it is, and remove it if it is nobody's.")
                {
                    Steps = [$"grep -l {link.Name} /proc/[0-9]*/fdinfo/* 2>/dev/null", $"ip tuntap del dev {link.Name} mode tap"],
                    Risk = Risk.Guests,
                })
                {
                    Evidence = [Evidence.OfSetting($"ip -d link, {link.Name}", $"tap, master {link.Master}")],
                });
            }
        }

        foreach (IGrouping<Address, (Address Address, string Name)> twice in facts.Host.Network.Interfaces
            .SelectMany(static one => one.Addresses.Select(address => (address.Address, one.Name)))
            .Where(static pair => pair.Address.IsV4 || pair.Address.High >> 54 != 0xfe80 >> 6).GroupBy(static pair => pair.Address).Where(static group => group.Select(static pair => pair.Name).Distinct().Count() > 1))
        {
            string names = Libvirt.Hypervisor.List(twice.Select(static pair => pair.Name).Distinct().Order(StringComparer.Ordinal));
            findings.Add(new Finding($"{twice.Key}: twice", $"{names} have the same address {twice.Key}", new Remedy("Give each interface an address of its own.").With($"ip addr del {twice.Key} dev INTERFACE"))
            {
                Evidence = [Evidence.OfSetting("ip addr", $"{twice.Key} on {names}")],
            });
        }

        return Outcome.Of(findings, $"none of {links.Length} interfaces is strange", facts.Hypervisor.GuestsProblem is string why && links.Any(static link => link.Tap) ? why : null);
    }
}
