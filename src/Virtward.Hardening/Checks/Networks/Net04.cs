using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>NET-04: no address of the Internet on the host unless it is declared, and management on a way of its own.</summary>
public static class Net04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "NET-04",
        Severity = Severity.High,
        Title = "the host has no public address that nobody declared, and management has an interface of its own",
        Why = "What has no public address cannot be reached by one mistake in a rule. And where management shares its wire with others, whoever is on that wire can pretend to be an administrator's address.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Host.Network.Interfaces.IsEmpty)
        {
            return Outcome.Unknown(facts.Why(SnapshotNames.Links));
        }

        if (facts.Snapshot.Text(SnapshotNames.Addresses) is null)
        {
            return Outcome.Unknown(facts.Why(SnapshotNames.Addresses));
        }

        List<Finding> findings = [];
        HashSet<string> declared =
        [
            .. facts.Zones.Zones.Where(static zone => zone.Name == Zone.Internet).SelectMany(static zone => zone.Entries).Where(static entry => !entry.Guessed)
                .SelectMany(static entry => new[] { entry.Device, entry.Interface }),
        ];
        foreach (NetworkInterface one in facts.Host.Network.Interfaces.Where(one => !one.Loopback && !declared.Contains(one.Name) && facts.Profile == Profile.Isolated))
        {
            Address[] open = [.. one.Addresses.Select(static address => address.Address).Where(AddressKinds.IsPublic)];
            if (open.Length > 0)
            {
                findings.Add(new Finding(one.Name, $"{one.Name} has {(open.Length == 1 ? "a public address" : "public addresses")}, and the policy does not name it as a way to the Internet", new Remedy(
                    "Put the host behind a VPN gateway; where it must have the address, declare it in the policy.")
                {
                    Steps = ["# /etc/virtward/policy.yaml", "zones:", $"  internet: {{ interfaces: [{one.Name}] }}"],
                    Risk = Risk.Lockout,
                    Undo = "take the line out of the policy again",
                })
                {
                    Evidence = [.. open.Take(5).Select(address => Evidence.OfSetting($"ip addr, {one.Name}", address.ToString()))],
                });
            }
        }

        Zone? management = facts.Zones.Find(Zone.Management);
        HashSet<string> outside = [.. (facts.Zones.Find(Zone.Internet)?.Entries ?? []).Where(entry => !entry.Guessed || LeadsOut(facts, entry)).Select(static entry => entry.Device)];
        foreach (string device in (management?.Entries ?? []).Select(static entry => entry.Device).Where(outside.Contains).Distinct())
        {
            findings.Add(new Finding($"management on {device}", $"the management network shares {device} with others: only addresses tell them apart, and those can be forged", new Remedy(
                "Give management a network card or a VLAN of its own, or come in by the VPN only.")
            {
                Steps = facts.Distribution.Choose<ImmutableArray<string>>(
                    [$"nmcli connection add type vlan con-name mgmt ifname mgmt dev {device} id 10 ipv4.method manual ipv4.addresses MANAGEMENT_ADDRESS/24", "nmcli connection up mgmt"],
                    ["# /etc/network/interfaces.d/virtward-mgmt (or netplan: vlans:)", $"auto {device}.10", $"iface {device}.10 inet static", "  address MANAGEMENT_ADDRESS/24", $"ifup {device}.10"]),
                Risk = Risk.Lockout,
                Undo = facts.Distribution.Choose("nmcli connection delete mgmt", $"ifdown {device}.10 and remove the file"),
            })
            {
                Evidence = [new Evidence(EvidenceKind.Setting, "zones", $"{device} is in {Zone.Management} and in {Zone.Internet}")],
                Severity = Severity.Medium,
            });
        }

        return Outcome.Of(findings, "no interface has a public address that is not declared, and management shares none with the Internet", facts.Snapshot.Text(SnapshotNames.Links) is null ? facts.Why(SnapshotNames.Links) : null);
    }

    // Where the policy names management's sources, whoever else comes in there counts as the Internet; that alone puts nobody on the wire.
    private static bool LeadsOut(AuditFacts facts, ZoneEntry entry) => facts.Host.Network.Routes.Any(route => route.Type == RouteType.Unicast && route.Destination.Length == 0 && !route.Dead
        && (route.Device == entry.Interface || route.Device == entry.Device || route.NextHopDevices.Contains(entry.Interface)));
}
