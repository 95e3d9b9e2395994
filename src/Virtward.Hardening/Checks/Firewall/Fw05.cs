using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;
using Verdict = Virtward.Exposure.Answers.Outcome;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-05.</summary>
public static class Fw05
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-05",
        Severity = Severity.High,
        Title = "answers to the host's own connections come back, and packets of no connection do not get in",
        Why = "Without a rule for established connections updates, DNS and backups stop, and somebody opens more than is needed to mend that. The kernel takes a bare ACK for a new "
            + "connection and flags that no connection has for an invalid one: both are how a firewall is mapped, and neither belongs past it.",
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
        foreach ((ZoneEntry entry, string zone) in Probes.Ways(facts).Where(static way => way.Zone is Zone.Internet or Zone.Management).Take(6))
        {
            foreach (bool v4 in (ReadOnlySpan<bool>)[true, false])
            {
                if (Probes.Own(facts, entry, v4) is Address own && Probes.Peer(facts, entry, v4) is Address peer)
                {
                    Answers(facts, entry, own, peer, findings, doubts);
                }
            }
        }

        // One open port shows what the rules say of odd packets: the rule before it is the same for all.
        (Packet Packet, ExposureRow Row)[] open = [.. Probes.Openers(facts).GroupBy(static one => (one.Packet.Iif, one.Packet.Destination.IsV4)).Select(static group => group.First()).Take(6)];
        foreach ((Packet packet, ExposureRow row) in open)
        {
            Odd(facts, packet, row, Probes.SynFin, "invalid", "flags that no connection has (SYN and FIN)", Severity.Medium, findings);
            Odd(facts, packet, row, Probes.Ack, "bare ACK", "an ACK of no connection (which the kernel takes for a new one)", Severity.Low, findings);
        }

        string seen = $"answers come back{(open.Length == 0 ? "; no TCP port is open to try odd packets on" : ", and neither a bare ACK nor SYN with FIN gets to a port that is open")}";
        return Outcome.Of(
            findings.GroupBy(static one => one.Subject).Select(static group => group.First() with { Evidence = [.. group.SelectMany(static one => one.Evidence).Distinct().Take(6)] }),
            seen, doubts.Count == 0 ? null : doubts[0]);
    }

    private static void Answers(AuditFacts facts, ZoneEntry entry, Address own, Address peer, List<Finding> findings, List<string> doubts)
    {
        var asked = new Packet { Iif = "host", Source = own, Destination = peer, Protocol = ProtocolNames.Tcp, SourcePort = 40000, DestinationPort = 443 };
        if (Probes.Send(facts, asked).Verdict is not Verdict.Accept)
        {
            // What may not leave needs no answer.
            return;
        }

        var answer = new Packet
        {
            Iif = entry.Device, Source = peer, Destination = own, Protocol = ProtocolNames.Tcp, SourcePort = 443, DestinationPort = 40000, TcpFlags = Probes.SynAck, Before = [asked],
        };
        Trace trace = Probes.Send(facts, answer);
        string family = own.IsV4 ? "IPv4" : "IPv6";
        if (trace.Verdict is Verdict.Unproven)
        {
            doubts.Add($"whether answers come back by {entry.Interface} hangs on a rule that cannot be interpreted");
        }
        else if (trace.Verdict is Verdict.Drop or Verdict.Reject)
        {
            findings.Add(new Finding(
                $"answers by {entry.Interface}, {family}", $"answers to the host's own connections are dropped at {entry.Interface} ({family})",
                new Remedy("Accept what belongs to a known connection, before everything else.") { Risk = Risk.None, Undo = "delete the rule again" }.With(Established(facts)))
            {
                Evidence = Probes.Evidence(facts, answer, trace, "an answer"),
            });
        }
    }

    private static string Established(AuditFacts facts) => facts.Firewall switch
    {
        { FirewalldRuns: true } => "firewall-cmd --reload    # firewalld has the rule itself: what drops the answer stands in another table, named in the evidence",
        { Ufw.Enabled: true } => "ufw reload    # ufw has the rule in /etc/ufw/before.rules and before6.rules: put the packages' files back where it is missing",
        _ => "nft insert rule FAMILY TABLE CHAIN ct state established,related accept    # in the chain of the evidence, and in the file that is loaded at boot",
    };

    private static void Odd(AuditFacts facts, Packet packet, ExposureRow row, int flags, string subject, string what, Severity severity, List<Finding> findings)
    {
        Packet odd = packet with { TcpFlags = flags };
        Trace trace = Probes.Send(facts, odd);
        if (trace.Verdict is Verdict.Accept or Verdict.Limited)
        {
            findings.Add(new Finding(
                subject, $"{what} gets through to {Reach.Name(row.Endpoint)}",
                FirewallRemedies.OwnTable(facts, "Drop what is invalid, and let only a SYN begin a connection.", "input", -10,
                    ["iifname != \"lo\" ct state invalid drop", "iifname != \"lo\" tcp flags & (fin | syn | rst | ack) != syn ct state new drop"], Risk.None))
            {
                Severity = severity,
                Evidence = Probes.Evidence(facts, odd, trace, subject),
            });
        }
    }
}
