using Virtward.Core.Net;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall.Firewalld;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-22.</summary>
public static class Fw22
{
    // RFC 1918, RFC 4193: addresses that no packet from the Internet has by right.
    private static readonly PrefixSet Private = PrefixSet.Of(Prefix.Parse("10.0.0.0/8"), Prefix.Parse("172.16.0.0/12"), Prefix.Parse("192.168.0.0/16"), Prefix.Parse("fc00::/7"));

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-22",
        Severity = Severity.Medium,
        Title = "no firewalld zone trusts an address without its interface",
        Why = "A zone that is bound to source addresses counts on every interface, the Internet's too. Single packets can be forged, and an address at a provider belongs to somebody "
            + "else next month; the interface is what cannot be forged.",
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

        FirewalldConfig config = Daemon.Config(facts);
        var findings = new List<Finding>();
        foreach (FirewalldZone zone in config.Effective)
        {
            string[] sources = [.. zone.Sources.Where(static source => !IsHardware(source))];
            bool opens = zone.Target == "ACCEPT" || !zone.Services.IsEmpty || !zone.Ports.IsEmpty || !zone.Protocols.IsEmpty || !zone.SourcePorts.IsEmpty
                || zone.Rules.Any(static rule => rule.Action == "accept");
            if (sources.Length > 0 && opens)
            {
                findings.Add(new Finding(
                    zone.Words, $"{zone.Words} is open to {string.Join(", ", sources.Take(4))} on every interface, that of the Internet too",
                    new Remedy("Bind the zone to the interface that these addresses come by, and drop them elsewhere.") { Risk = Risk.Lockout, Undo = $"firewall-cmd --permanent {zone.Option} --add-source={sources[0]} && firewall-cmd --reload" }.With(
                        $"firewall-cmd --permanent {zone.Option} --change-interface=MANAGEMENT-INTERFACE", $"firewall-cmd --permanent {zone.Option} --remove-source={sources[0]}", "firewall-cmd --reload",
                        "# where the addresses come by the Internet itself, let them come by the VPN instead"))
                {
                    Evidence = [.. sources.Take(4).Select(source => Daemon.Evidence(facts, zone, source.Replace("ipset:", "", StringComparison.Ordinal), $"sources: {string.Join(' ', zone.Sources)}"))],
                });
            }
        }

        foreach (FirewalldZone zone in Daemon.Facing(facts))
        {
            foreach (FirewalldRule rule in zone.Rules.Where(static rule => rule.Action == "accept" && !rule.NotSource && Prefix.TryParse(rule.Source, out Prefix source) && Private.Contains(source)))
            {
                findings.Add(new Finding(
                    $"{zone.Words}: {rule.Source}", $"{zone.Words} faces the Internet and trusts {rule.Source}, an address that nobody there has by right",
                    Daemon.Change("Take the rule out; open it in the zone of the interface where that network is.", zone, $"--remove-rich-rule='{rule.Text}'", $"--add-rich-rule='{rule.Text}'", Risk.Lockout))
                {
                    Evidence = [Daemon.Evidence(facts, zone, rule.Source, rule.Text)],
                });
            }
        }

        return Outcome.Of(findings, "no zone that opens anything is bound to addresses", Daemon.Unseen(facts));
    }

    private static bool IsHardware(string source) => source.Length == 17 && source.Count(static c => c == ':') == 5;
}
