using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Topology;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ipv6;

/// <summary>V6-03.</summary>
public static class V6Check03
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "V6-03",
        Severity = Severity.High,
        Title = "where a bridge has IPv6 off, its guests do not speak it through the bridge either",
        Why = "Turning IPv6 off on a bridge turns it off for the host alone. Frames between a guest and the uplink pass the bridge without the host's IP: the guest has IPv6, with the whole Internet before it, past every rule of the host.",
        Judge = Judge,
    };

    private static readonly Address Outside = Address.Parse("2001:db8:77::77");

    private static Outcome Judge(AuditFacts facts)
    {
        if (V6Judge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        ImmutableArray<(string Device, string Guest, string? Filter)> ports = V6Judge.GuestPorts(facts);
        HashSet<string> taps = [.. ports.Select(static port => port.Device)];
        (NetworkInterface Bridge, (string Device, string Guest, string? Filter)[] Guests)[] bridges =
        [
            .. facts.Host.Network.Interfaces.Where(bridge => bridge.Kind == "bridge" && facts.Kernel.Number(true, bridge.Name, "disable_ipv6") == 1)
                .Select(bridge => (bridge, V6Judge.PortsOf(facts, bridge.Name)))
                .Where(pair => pair.Item2.Any(port => IsUplink(port, taps)))
                .Select(pair => (pair.bridge, ports.Where(port => pair.Item2.Any(one => one.Name == port.Device)).ToArray()))
                .Where(static pair => pair.Item2.Length > 0),
        ];
        string? hidden = V6Judge.Hidden(facts);
        if (bridges.Length == 0)
        {
            return hidden is null ? Outcome.NotApplicable("no bridge that guests share with an uplink has IPv6 off") : Outcome.Unknown(hidden);
        }

        if (facts.Exposure.Ruleset is null)
        {
            return Outcome.Unknown(facts.Exposure.Problem ?? "the firewall's rules are not known");
        }

        List<Finding> findings = [];
        List<string> unseen = hidden is null ? [] : [hidden];
        foreach ((NetworkInterface bridge, (string Device, string Guest, string? Filter)[] guests) in bridges.Take(64))
        {
            List<Evidence> evidence = [];
            string[] uplinks = [.. V6Judge.PortsOf(facts, bridge.Name).Where(port => IsUplink(port, taps)).Select(static port => port.Name)];
            foreach ((string device, string guest, string? filter) in guests.Where(static one => !V6Check04.DropsV6(one.Filter)).Take(64))
            {
                SourceSets answer = facts.Exposure.Ask(new Question(device, Outside, 6, 443) { Bridged = true });
                string[] ways = [.. answer.Arrivals.Where(uplinks.Contains)];
                if (ways.Length > 0 && !(answer.Accepted.IsEmpty && answer.Limited.IsEmpty))
                {
                    evidence.Add(new Evidence(EvidenceKind.Guest, guest, $"IPv6 from {device} leaves by {string.Join(", ", ways.Take(4))}{(filter is null ? "" : $" (filter {filter})")}"));
                }
                else if (ways.Length > 0 && !answer.Unproven.IsEmpty)
                {
                    unseen.Add($"whether IPv6 of {guest} passes {bridge.Name} hangs on rules that cannot be interpreted");
                }
            }

            if (evidence.Count > 0)
            {
                evidence.Insert(0, Evidence.OfSetting($"net.ipv6.conf.{bridge.Name.Replace('.', '/')}.disable_ipv6", "1"));
                findings.Add(new Finding($"bridge {bridge.Name}", $"IPv6 is off on {bridge.Name}, but its guests speak it through the bridge", new Remedy("Drop IPv6 in the bridge itself, tagged frames too.")
                {
                    Steps =
                    [
                        "nft add table bridge virtward",
                        "nft 'add chain bridge virtward forward { type filter hook forward priority 0; policy accept; }'",
                        .. uplinks.SelectMany(static uplink => new[]
                        {
                            $"nft add rule bridge virtward forward oifname \"{uplink}\" ether type ip6 drop", $"nft add rule bridge virtward forward oifname \"{uplink}\" vlan type ip6 drop",
                            $"nft add rule bridge virtward forward iifname \"{uplink}\" ether type ip6 drop", $"nft add rule bridge virtward forward iifname \"{uplink}\" vlan type ip6 drop",
                        }),
                        "# for good: put the table into /etc/nftables.d or /etc/nftables.conf",
                    ],
                    Risk = Risk.Guests,
                    Undo = "nft delete table bridge virtward",
                }) { Evidence = [.. evidence.Take(20)] });
            }
        }

        return Outcome.Of(findings, $"no IPv6 of guests leaves through {string.Join(", ", bridges.Select(static pair => pair.Bridge.Name))}", KernelJudge.Join(unseen));
    }

    private static bool IsUplink(NetworkInterface port, HashSet<string> taps) => !taps.Contains(port.Name) && (port.Kind is "" or "vlan" or "bond" or "team");
}
