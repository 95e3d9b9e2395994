using Virtward.Core.Net;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-09.</summary>
public static class Exp09
{
    private static readonly PrefixSet Private = PrefixSet.Of(Prefix.Parse("10.0.0.0/8"), Prefix.Parse("172.16.0.0/12"), Prefix.Parse("192.168.0.0/16"), Prefix.Parse("fc00::/7"));

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-09",
        Severity = Severity.Critical,
        Title = "guests do not get to the management network, the VPN or the LAN",
        Why = "libvirt's NAT lets guests go anywhere, and sends them with the host's own address: to switches, storage and the other hosts they look like the hypervisor. One guest that was taken "
            + "is then inside of everything.",
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

        var findings = new List<Finding>();
        List<string> doubts = [];
        List<string> closed = [];
        foreach (string to in (ReadOnlySpan<string>)[Zone.Management, Zone.Vpn])
        {
            if (Ways.Between(facts, Zone.Guests, to) is not Cell cell)
            {
                continue;
            }

            if (Ways.IsUndeclared(cell))
            {
                findings.Add(Ways.Finding(facts, cell, to, $"Drop what guests send to {Reach.Words(to)}, before libvirt accepts it."));
            }
            else if (Ways.Doubt(cell, to) is string doubt)
            {
                doubts.Add(doubt);
            }
            else
            {
                closed.Add(Reach.Words(to));
            }
        }

        foreach ((string device, PrefixSet lan) in Lans(facts))
        {
            if (facts.Exposure.Questions?.ToNetworks(Zone.Guests, lan) is PathAnswer answer)
            {
                if (!answer.Sets.Accepted.IsEmpty || !answer.Sets.Limited.IsEmpty)
                {
                    string networks = string.Join(", ", lan);
                    findings.Add(new Finding(
                        $"guests to the LAN of {device}", $"the guests ({answer.Words}) get through to {networks}, the LAN that {device} is in: {PathWords.Ports(answer.Ports)}",
                        ToLan(facts, answer, device, lan))
                    {
                        Severity = Severity.High,
                        Evidence = [.. RuleEvidence.Of(facts, answer.Sets, Reach.Words(Zone.Guests))],
                    });
                }
                else if (answer.IsOpen)
                {
                    doubts.Add($"whether guests get through to the LAN of {device} hangs on a rule that cannot be interpreted");
                }
                else
                {
                    closed.Add($"the LAN of {device}");
                }
            }
        }

        return findings.Count == 0 && doubts.Count == 0 && closed.Count == 0
            ? Outcome.NotApplicable("there is no management network, no VPN and no LAN beside the guests' own")
            : Outcome.Of(findings, $"guests get through to nothing of {string.Join(", ", closed)}", doubts.Count == 0 ? null : string.Join("; ", doubts));
    }

    private static Remedy ToLan(AuditFacts facts, PathAnswer answer, string device, PrefixSet lan) => FirewallRemedies.OwnTable(
        facts, "Drop what guests send to the LAN; the gateway carries them to the Internet all the same.", "forward", -10,
        lan.Select(network => $"iifname {FirewallRemedies.Names(answer.Via)} oifname \"{device}\" {(network.IsV4 ? "ip" : "ip6")} daddr {network} ct state new drop"), Risk.Guests);

    // Behind a router the uplink's own network is the office: the gateway itself must stay within reach only of the host.
    private static IEnumerable<(string Device, PrefixSet Lan)> Lans(AuditFacts facts)
    {
        foreach (string device in (facts.Zones.Find(Zone.Internet)?.Entries.Where(static entry => entry.Sources is null).Select(static entry => entry.Interface).Distinct() ?? []).Take(4))
        {
            NetworkInterface? one = facts.Host.Network.Interfaces.FirstOrDefault(known => known.Name == device);
            Prefix[] networks = [.. (one?.Addresses ?? []).Select(static address => address.Network).Where(network => !network.IsSingle && Private.Contains(network))];
            if (networks.Length > 0)
            {
                yield return (device, PrefixSet.Of(networks));
            }
        }
    }
}
