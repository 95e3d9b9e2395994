using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ipv6;

/// <summary>V6-01.</summary>
public static class V6Check01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "V6-01",
        Severity = Severity.High,
        Title = "IPv6 is filtered as strictly as IPv4, and lets nothing in where it is not used",
        Why = "Every interface has an IPv6 address of its link as soon as it is up, whether anybody uses IPv6 or not. Rules that were written for IPv4 leave the same services open to every neighbour, and to the Internet once a router advertises itself.",
        Judge = Judge,
    };

    private const int MaxEntries = 64;
    private const int Tcp = 6;
    private const int Udp = 17;

    // Answers of DHCPv6 come to the link's own address; IPv4 has no such rule because its client reads below the firewall.
    private const int DhcpV6Client = 546;

    // Somebody on the Internet: documentation addresses that no rule names.
    private static readonly PrefixSet Stranger4 = PrefixSet.Of(Prefix.Parse("198.51.100.77"));
    private static readonly PrefixSet Stranger6 = PrefixSet.Of(Prefix.Parse("2001:db8:77::77"));
    private static readonly PrefixSet Neighbour6 = PrefixSet.Of(Prefix.Parse("fe80::77"));

    private static Outcome Judge(AuditFacts facts)
    {
        if (V6Judge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        ImmutableArray<NetworkInterface> devices = KernelJudge.Interfaces(facts);
        if (!V6Settings.Exists(facts) || devices.All(device => facts.Kernel.Number(true, device.Name, "disable_ipv6") == 1))
        {
            return Outcome.Pass("IPv6 is off on every interface");
        }

        if (facts.Exposure.Ruleset is null)
        {
            return Outcome.Unknown(facts.Exposure.Problem ?? "the firewall's rules are not known");
        }

        bool used = devices.SelectMany(static device => device.Addresses).Any(static one => !one.Address.IsV4 && !V6Judge.IsLinkLocal(one.Address));
        List<Finding> findings = [];
        List<string> unseen = [];
        int asked = 0;
        (string Zone, ZoneEntry Entry)[] entries = [.. facts.Zones.Zones.Where(static zone => zone.Name is not (Zone.Guests or Zone.Containers))
            .SelectMany(static zone => zone.Entries.Select(entry => (zone.Name, entry))).DistinctBy(static pair => pair.entry.Device).Take(MaxEntries)];
        foreach ((string zone, ZoneEntry entry) in entries)
        {
            NetworkInterface? device = facts.Host.Network.Interfaces.FirstOrDefault(one => one.Name == entry.Interface);
            Address? to = device?.Addresses.Select(static one => one.Address).Where(static address => !address.IsV4).OrderBy(V6Judge.IsLinkLocal).Cast<Address?>().FirstOrDefault();
            if (device is null || to is not Address destination)
            {
                continue;
            }

            asked++;
            Ask(facts, zone, entry, device, destination, used, findings, unseen);
        }

        return Outcome.Of(findings, asked == 0
            ? "no interface that others reach has an address of IPv6"
            : $"IPv6 lets {(used ? "no port in that IPv4 keeps shut" : "nothing in")}, at {asked} interfaces", KernelJudge.Join(unseen));
    }

    private static void Ask(AuditFacts facts, string zone, ZoneEntry entry, NetworkInterface device, Address to, bool used, List<Finding> findings, List<string> unseen)
    {
        bool local = V6Judge.IsLinkLocal(to);
        PrefixSet? from6 = local ? Neighbour6 : zone == Zone.Internet ? Stranger6 : null;
        PrefixSet? from4 = zone == Zone.Internet ? Stranger4 : null;
        Address? to4 = device.Addresses.Select(static one => one.Address).Where(static address => address.IsV4).Cast<Address?>().FirstOrDefault();
        List<string> extra = [];
        List<string> open = [];
        List<Evidence> evidence = [];
        foreach (int protocol in new[] { Tcp, Udp })
        {
            string name = protocol == Tcp ? "tcp" : "udp";
            SourceSets six = facts.Exposure.Ask(new Question(entry.Device, to, protocol, 0) { Ports = Endpoint.AllPorts, From = from6 });
            if (six.Accepted.IsEmpty && six.Limited.IsEmpty)
            {
                if (!six.Unproven.IsEmpty)
                {
                    unseen.Add($"what gets in over IPv6 by {entry.Device} hangs on rules that cannot be interpreted");
                }

                continue;
            }

            PortSet four = to4 is Address address
                ? facts.Exposure.Ask(new Question(entry.Device, address, protocol, 0) { Ports = Endpoint.AllPorts, From = from4 }).OpenPorts
                : PortSet.Empty;
            HashSet<int> client = protocol == Udp ? [DhcpV6Client] : [];
            ImmutableArray<string> beyond = V6Judge.Beyond(six.OpenPorts, four, client);
            ImmutableArray<string> all = V6Judge.Beyond(six.OpenPorts, PortSet.Empty, [.. client, .. Vpn(facts, name)]);
            open.AddRange(all.Select(range => Text(name, range)));

            // Without an address of IPv4 at this interface there is nothing to compare with.
            extra.AddRange(to4 is null ? [] : beyond.Select(range => Text(name, range)));
            evidence.Add(new Evidence(EvidenceKind.Rule, $"{name} to {to} by {entry.Device}", $"open: {six.OpenPorts.ToText(6)}; over IPv4: {(to4 is null ? "no address" : four.ToText(6))}"));
            if (six.Witnesses.FirstOrDefault(static one => one.Outcome is Virtward.Exposure.Answers.Outcome.Accept or Virtward.Exposure.Answers.Outcome.Limited) is { } witness && witness.Trace.Why.LastOrDefault() is { } decision)
            {
                evidence.Add(new Evidence(EvidenceKind.Rule, decision.Table.Length == 0 ? decision.Place : $"{decision.Family.ToString().ToLowerInvariant()} {decision.Table} {decision.Chain} handle {decision.Handle}", decision.Rule));
            }
        }

        if (extra.Count > 0)
        {
            findings.Add(Tell(facts, entry.Device, $"{Some(extra)} {(extra.Count == 1 ? "is" : "are")} open over IPv6 by {entry.Device}, but not over IPv4", evidence, null));
        }
        else if (!used && open.Count > 0 && zone is not (Zone.Management or Zone.Vpn))
        {
            findings.Add(Tell(facts, entry.Device, $"IPv6 is not used here, yet {Some(open)} {(open.Count == 1 ? "is" : "are")} open over it to neighbours at {entry.Device}", evidence, facts.Profile == Profile.Lab ? Severity.Low : Severity.Medium));
        }
    }

    // The one door that stands open to the Internet on purpose: it asks for a key over either family.
    private static IEnumerable<int> Vpn(AuditFacts facts, string protocol) =>
        facts.Host.Listeners.Where(one => one.Protocol == protocol && (one.Purpose is "wireguard" or "openvpn" or "ipsec")).Select(static one => one.Port);

    private static string Text(string protocol, string range) => range is "0-65535" or "1-65535" ? $"all of {protocol}" : $"{protocol} {range}";

    private static string Some(List<string> ports) => ports.Count <= 6 ? string.Join(", ", ports) : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", ports.Take(6))} and {ports.Count - 6} more");

    private static Finding Tell(AuditFacts facts, string device, string what, List<Evidence> evidence, Severity? severity) => new($"IPv6 by {device}", what, new Remedy("Let the firewall drop IPv6 as it drops IPv4: rules in a table of the family inet, or ip6tables beside iptables.")
    {
        Steps =
        [
            facts.Distribution.Choose(
                "firewall-cmd --get-zone-of-interface=" + device + "    # by hand: take out of that zone what is open over IPv6 only (firewall-cmd --permanent --zone=ZONE --remove-rich-rule='…'), then firewall-cmd --reload",
                "nft list ruleset    # by hand: where a rule says ip or meta nfproto ipv4, give IPv6 its own drop, and keep ICMPv6 for neighbours and packet sizes"),
        ],
        Risk = Risk.Lockout,
        Undo = "load the saved rules again: keep nft list ruleset > /root/rules.nft before",
    }) { Evidence = [.. evidence], Severity = severity };
}
