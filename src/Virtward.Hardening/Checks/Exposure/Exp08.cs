using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-08.</summary>
public static class Exp08
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-08",
        Severity = Severity.High,
        Title = "guests reach nothing of the host but names and addresses",
        Why = "A guest is rented out, or runs what strangers send it: it will be taken one day. Whatever of the host it reaches then is tried from inside, past the public firewall; "
            + "libvirt's own zone lets guests at the host's SSH unless somebody closes it.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (!Reach.Has(facts, Zone.Guests))
        {
            return Outcome.NotApplicable("no guest has a way into this host");
        }

        Outcome sockets = Reach.Judge(
            facts, Reach.Rows(facts).Where(static row => row.Endpoint.Place == EndpointPlace.Host && row.Endpoint.Service.Kind is not (ServiceKind.Dns or ServiceKind.Dhcp)),
            "guests reach DNS and DHCP of the host, and nothing else", null, static _ => null, Zone.Guests);
        Cell? path = Ways.Between(facts, Zone.Guests, Zone.Host);
        var findings = sockets.Findings.ToList();
        if (path is not null && Ways.IsByDefault(path))
        {
            findings.Add(new Finding(
                "guests to the host", $"nothing refuses what guests send to the host: {path.OpenPorts}, also what nobody listens for yet",
                FirewallRemedies.OwnTable(facts, "Let guests at DNS, DHCP and ping of the host, and drop the rest.", "input", -10,
                [
                    $"iifname {FirewallRemedies.Names(path.Via)} udp dport {{ 53, 67, 547 }} accept", $"iifname {FirewallRemedies.Names(path.Via)} tcp dport 53 accept",
                    $"iifname {FirewallRemedies.Names(path.Via)} meta l4proto {{ icmp, ipv6-icmp }} accept", $"iifname {FirewallRemedies.Names(path.Via)} ct state new drop",
                ], Risk.Guests))
            {
                Evidence = [.. RuleEvidence.Of(facts, path)],
            });
        }

        string unseen = string.Join("; ", new[] { sockets.Status == Status.Unknown ? sockets.Reason : sockets.Unseen, Ways.Doubt(path, Zone.Host) ?? "" }.Where(static text => text.Length > 0));
        return Outcome.Of(findings, "guests reach DNS and DHCP of the host, and nothing else", unseen);
    }
}
