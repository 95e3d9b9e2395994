using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-13.</summary>
public static class Fw13
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-13",
        Severity = Severity.Medium,
        Title = "firewalld translates addresses only where somebody needs it",
        Why = "libvirt translates its guests' addresses itself. Masquerading on a zone besides turns forwarding on, makes the host a router for whoever finds it as a gateway, and hides in "
            + "logs who it was.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Daemon.Without(facts) is Outcome without)
        {
            return without;
        }

        FirewalldConfig config = Daemon.Config(facts);
        string? need = Need(facts);
        var findings = new List<Finding>();
        foreach (FirewalldZone zone in config.Effective.Concat(config.EffectivePolicies).Where(static zone => zone.Masquerade || zone.Rules.Any(static rule => rule.Masquerade)))
        {
            bool outer = zone.IsPolicy || Daemon.Facing(facts).Any(one => one.Name == zone.Name);
            bool used = zone.IsPolicy || !zone.Interfaces.IsEmpty || !zone.Sources.IsEmpty || outer;
            if (used && !(outer && need is not null))
            {
                findings.Add(new Finding(
                    zone.Words, $"{zone.Words} masquerades, and {(outer ? "nobody here needs it: libvirt translates its guests' addresses itself" : "it does not lead to the Internet")}",
                    Daemon.Change("Take masquerading out.", zone, "--remove-masquerade", "--add-masquerade", Risk.Guests)) { Evidence = [Daemon.Evidence(facts, zone, "masquerade", "masquerade: yes")] });
            }
        }

        return Outcome.Of(findings, need is null ? "no zone or policy in use masquerades" : $"masquerading is where it is needed: {need}", Daemon.Unseen(facts));
    }

    // Who leaves by the uplink with a private address, and is not translated by libvirt or a container engine.
    private static string? Need(AuditFacts facts)
    {
        if (facts.Zones.Find(Zone.Vpn) is { Entries.IsEmpty: false } vpn)
        {
            return $"the VPN ({vpn.Entries[0].Interface})";
        }

        if (facts.Host.GuestNetworks.FirstOrDefault(static network => network is { Active: true, Forward: "route" or "open" }) is { } routed)
        {
            return $"the routed network {routed.Name}";
        }

        string? own = facts.Zones.Find(Zone.Guests)?.Entries.Select(static entry => entry.Interface)
            .FirstOrDefault(device => facts.Host.GuestNetworks.All(network => network.Bridge != device) && !device.StartsWith("virbr", StringComparison.Ordinal));
        return own is null ? null : $"the guests behind {own}";
    }
}
