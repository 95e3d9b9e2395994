using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;
using Verdict = Virtward.Exposure.Answers.Outcome;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-07.</summary>
public static class Fw07
{
    // RFC 792: destination unreachable, of which "fragmentation needed" is a code. RFC 4443, RFC 4861.
    private const int Unreachable4 = 3, TooBig6 = 2, Solicitation6 = 135;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-07",
        Severity = Severity.High,
        Title = "the ICMP that IP itself needs gets in",
        Why = "Without neighbour discovery IPv6 is dead within a minute, for the host and for whoever manages it by IPv6. Without \"packet too big\" connections through a VPN or a tunnel "
            + "hang as soon as they carry more than a few bytes.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        var findings = new List<Finding>();
        List<string> doubts = [];
        int tried = 0;
        foreach ((ZoneEntry entry, string zone) in Probes.Ways(facts).Where(static way => way.Zone is Zone.Internet or Zone.Management or Zone.Vpn).Take(8))
        {
            foreach (bool v4 in (ReadOnlySpan<bool>)[true, false])
            {
                if (Probes.Own(facts, entry, v4) is not Address own || Probes.Peer(facts, entry, v4) is not Address peer)
                {
                    continue;
                }

                tried++;
                var flow = new Packet { Iif = "host", Source = own, Destination = peer, Protocol = ProtocolNames.Tcp, DestinationPort = 443 };
                if (Probes.Send(facts, flow).Verdict is Verdict.Accept)
                {
                    Try(facts, entry, new Packet
                    {
                        Iif = entry.Device, Source = peer, Destination = own, Protocol = v4 ? ProtocolNames.Icmp : ProtocolNames.Icmp6, IcmpType = v4 ? Unreachable4 : TooBig6, Before = [flow],
                    }, v4 ? "ICMP \"fragmentation needed\"" : "ICMPv6 \"packet too big\"", findings, doubts);
                }

                if (!v4)
                {
                    Address neighbour = Probes.Own(facts, entry, false, linkLocal: true) is { } near ? Address.FromValue(near.Value ^ 0xff) : Address.Parse("fe80::1");
                    Try(facts, entry, new Packet { Iif = entry.Device, Source = neighbour, Destination = own, Protocol = ProtocolNames.Icmp6, IcmpType = Solicitation6, Ttl = 255 },
                        "neighbour solicitation", findings, doubts);
                }
            }
        }

        return tried == 0 ? Outcome.Unknown("no interface has an address that could be asked about")
            : Outcome.Of(findings, "neighbour discovery and \"packet too big\" get in on every uplink", doubts.Count == 0 ? null : doubts[0]);
    }

    private static void Try(AuditFacts facts, ZoneEntry entry, Packet packet, string what, List<Finding> findings, List<string> doubts)
    {
        Trace trace = Probes.Send(facts, packet);
        if (trace.Verdict is Verdict.Unproven)
        {
            doubts.Add($"whether {what} gets in by {entry.Interface} hangs on a rule that cannot be interpreted");
        }
        else if (trace.Verdict is Verdict.Drop or Verdict.Reject)
        {
            bool v6 = packet.Protocol == ProtocolNames.Icmp6;
            string rule = v6 ? "icmpv6 type { packet-too-big, time-exceeded, parameter-problem, nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept" : "icmp type { destination-unreachable, time-exceeded, parameter-problem } accept";
            findings.Add(new Finding(
                $"{what} by {entry.Interface}", $"{what} is dropped at {entry.Interface}",
                new Remedy("Accept it, in the chain that drops it.") { Risk = Risk.None, Undo = "delete the rule again" }.With(facts.Firewall switch
                {
                    { FirewalldRuns: true } when v6 => "firewall-cmd --permanent --load-policy-defaults=allow-host-ipv6 && firewall-cmd --reload    # the policy that firewalld ships for this",
                    { Ufw.Enabled: true } => "# /etc/ufw/before.rules and before6.rules: put the packages' files back, then: ufw reload",
                    _ => $"nft insert rule FAMILY TABLE CHAIN {rule}    # in the chain of the evidence, and where it is stored",
                })) { Evidence = Probes.Evidence(facts, packet, trace, what) });
        }
    }
}
