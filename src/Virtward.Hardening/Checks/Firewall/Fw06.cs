using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;
using Verdict = Virtward.Exposure.Answers.Outcome;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-06.</summary>
public static class Fw06
{
    private static readonly Address Loopback4 = Address.Parse("127.0.0.1");
    private static readonly Address Loopback6 = Address.Parse("::1");

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-06",
        Severity = Severity.High,
        Title = "loopback is open to the host itself, and to nobody else",
        Why = "Services bind to 127.0.0.1 in the belief that nobody reaches it: databases, guests' screens, what a container publishes there. A translated address or route_localnet "
            + "lets a neighbour in, as the kernel's own check of such addresses comes after the translation.",
        References =
        [
            "CIS RHEL 9 v2.0.0 4.2.2", "CIS RHEL 9 v2.0.0 4.3.4",
            "CIS Debian 12 v1.1.0 4.2.4", "CIS Debian 12 v1.1.0 4.3.6", "CIS Debian 12 v1.1.0 4.4.2.2", "CIS Debian 12 v1.1.0 4.4.3.2",
        ],
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
        foreach ((ZoneEntry entry, string zone) in Probes.Ways(facts).Take(24))
        {
            foreach (Address loopback in (ReadOnlySpan<Address>)[Loopback4, Loopback6])
            {
                SourceSets answer = facts.Exposure.Ask(new Question(entry.Device, loopback, ProtocolNames.Tcp, 0) { Ports = new(0, 65535) });
                if ((!answer.Accepted.IsEmpty || !answer.Limited.IsEmpty) && !IsForwardOfAll(facts, entry, loopback, answer))
                {
                    findings.Add(new Finding(
                        $"{loopback} by {entry.Interface}", $"{loopback} is reached by {entry.Interface} from {Reach.Words(zone)}: TCP {answer.OpenPorts.ToText(4)}",
                        FirewallRemedies.OwnTable(facts, "Drop loopback's addresses on every other interface, before addresses are translated.", "prerouting", -350,
                            ["iifname != \"lo\" ip daddr 127.0.0.0/8 drop", "iifname != \"lo\" ip6 daddr ::1 drop"], Risk.Service))
                    {
                        Evidence =
                        [
                            .. RuleEvidence.Of(facts, answer, Reach.Words(zone)),
                            .. loopback.IsV4 ? [Checks.Evidence.OfSetting($"net.ipv4.conf.{entry.Interface}.route_localnet", facts.Host.Network.Sysctls.GetValueOrDefault($"net.ipv4.conf.{entry.Interface}.route_localnet", "?"))] : Array.Empty<Evidence>(),
                        ],
                    });
                }
                else if (!answer.Unproven.IsEmpty)
                {
                    doubts.Add($"whether {loopback} is reached by {entry.Interface} hangs on a rule that cannot be interpreted");
                }
            }
        }

        foreach (Address loopback in (ReadOnlySpan<Address>)[Loopback4, Loopback6])
        {
            if (facts.Host.Network.Interfaces.Any(one => one.Loopback && one.Addresses.Any(address => address.Address == loopback)))
            {
                Own(facts, loopback, findings);
            }
        }

        return Outcome.Of(findings, "127.0.0.0/8 and ::1 are reached by the host itself alone", doubts.Count == 0 ? null : doubts[0]);
    }

    // A forward that asks for no destination address takes loopback's along: it is the same one that the host's own address has, and EXP-11's or EXP-14's affair.
    private static bool IsForwardOfAll(AuditFacts facts, ZoneEntry entry, Address loopback, SourceSets answer)
    {
        if (answer.Arrivals.Contains("host") || Probes.Own(facts, entry, loopback.IsV4) is not Address own)
        {
            return false;
        }

        PortSet open = facts.Exposure.Ask(new Question(entry.Device, own, ProtocolNames.Tcp, 0) { Ports = new(0, 65535) }).OpenPorts;
        return open.Union(answer.OpenPorts).Equals(open);
    }

    private static void Own(AuditFacts facts, Address loopback, List<Finding> findings)
    {
        var packet = new Packet { Iif = "host", Source = loopback, Destination = loopback, Protocol = ProtocolNames.Tcp, DestinationPort = 53 };
        Trace trace = Probes.Send(facts, packet);
        if (trace.Verdict is Verdict.Drop or Verdict.Reject)
        {
            findings.Add(new Finding(
                $"{loopback} by lo", $"the host does not reach itself at {loopback}: resolvers, databases and agents stop",
                new Remedy("Accept everything on lo.") { Risk = Risk.None, Undo = "delete the rule again" }.With("nft insert rule FAMILY TABLE CHAIN iif \"lo\" accept    # in the chain of the evidence, and where it is stored"))
            {
                Severity = Severity.Medium,
                Evidence = Probes.Evidence(facts, packet, trace, "the host to itself"),
            });
        }
    }
}
