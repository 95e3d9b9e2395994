using System.Collections.Immutable;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-20.</summary>
public static class Exp20
{
    // What a host needs of the Internet where the policy says nothing: names, time, updates, the VPN (WireGuard, OpenVPN, IPsec), a mail relay's submission.
    private static readonly ImmutableArray<int> Tcp = [53, 80, 443, 465, 587, 853, 1194, 4460];
    private static readonly ImmutableArray<int> Udp = [53, 67, 123, 443, 500, 547, 853, 1194, 4500, 51820];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-20",
        Severity = Severity.Medium,
        Title = "the host itself calls nothing on the Internet but updates, names, time, VPN and mail",
        Why = "Whoever gets into a host first fetches his tools and then keeps a line open to the outside. A host that runs guests needs a handful of ports outwards; what else leaves it is "
            + "the sign of a break-in.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (facts.Profile != Profile.Isolated)
        {
            return Outcome.NotApplicable($"the profile {facts.Profile.ToString().ToLowerInvariant()} does not ask for it");
        }

        if (Ways.Between(facts, Zone.Host, Zone.Internet) is not Cell cell)
        {
            return Outcome.NotApplicable("no interface leads to the Internet");
        }

        PortSet tcp = Ways.Beyond(cell.Ports, ProtocolNames.Tcp, Tcp);
        PortSet udp = Ways.Beyond(cell.Ports, ProtocolNames.Udp, Udp);
        if (!Reach.Is(cell) || (tcp.IsEmpty && udp.IsEmpty))
        {
            return Outcome.Of([], "the host calls nothing on the Internet but what it needs", Ways.Doubt(cell, Zone.Internet));
        }

        string device = facts.Zones.Find(Zone.Internet)!.Entries[0].Interface;
        string what = Ways.IsByDefault(cell) ? "the host may open any connection to the Internet" : $"the host may open more connections to the Internet than it needs: {string.Join("; ", Text("tcp", tcp), Text("udp", udp)).Trim(' ', ';')}";
        return Outcome.Of(
        [
            new Finding("host to internet", what,
                FirewallRemedies.OwnTable(facts, "Let out what the host needs, and drop the rest; add what your backups and monitoring call first.", "output", -10,
                [
                    $"oifname \"{device}\" ct state established,related accept", $"oifname \"{device}\" meta l4proto {{ icmp, ipv6-icmp }} accept",
                    $"oifname \"{device}\" udp dport {{ {string.Join(", ", Udp)} }} accept", $"oifname \"{device}\" tcp dport {{ {string.Join(", ", Tcp)} }} accept",
                    $"oifname \"{device}\" ct state new limit rate 10/minute log prefix \"virtward out: \"", $"oifname \"{device}\" ct state new drop",
                ], Risk.Service))
            {
                Evidence = [.. RuleEvidence.Of(facts, cell.Sets, "the host")],
            },
        ], "");
    }

    private static string Text(string protocol, PortSet ports) => ports.IsEmpty ? "" : $"{protocol} {ports.ToText(4)}";
}
