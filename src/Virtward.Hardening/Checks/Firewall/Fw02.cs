using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-02.</summary>
public static class Fw02
{
    private const int MostWays = 24;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-02",
        Severity = Severity.Critical,
        Title = "what no rule names is refused at the host, on every interface, by both families",
        Why = "A firewall that lists what is forbidden forgets something. Whatever is installed tomorrow, by a package or by mistake, is then open to everybody; refused by default, it "
            + "stays closed until somebody opens it.",
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
        int asked = 0;
        foreach ((ZoneEntry entry, string zone) in Probes.Ways(facts).Where(way => facts.Profile != Profile.Lab || way.Zone == Zone.Internet).Take(MostWays))
        {
            foreach (bool v4 in (ReadOnlySpan<bool>)[true, false])
            {
                if (Address(facts, entry, v4) is not Address own)
                {
                    continue;
                }

                asked++;
                foreach (int protocol in (ReadOnlySpan<int>)[ProtocolNames.Tcp, ProtocolNames.Udp])
                {
                    SourceSets answer = facts.Exposure.Ask(new Question(entry.Device, own, protocol, 0) { Ports = new(0, 65535), From = Sources(entry, v4) });
                    if (!Ways.IsByDefault(answer.OpenPorts))
                    {
                        continue;
                    }

                    if (answer.Accepted.IsEmpty && answer.Limited.IsEmpty)
                    {
                        doubts.Add($"whether what no rule names is refused at {entry.Interface} hangs on a rule that cannot be interpreted");
                        continue;
                    }

                    findings.Add(Finding(facts, entry, zone, v4, answer));
                    break;
                }
            }
        }

        return asked == 0 ? Outcome.Unknown("no interface has an address that could be asked about")
            : Outcome.Of(findings, $"of all TCP and UDP ports only those that rules name are open, at {asked} addresses of the interfaces", doubts.Count == 0 ? null : doubts[0]);
    }

    // A device without an address of a family takes packets to any of the host's.
    private static Address? Address(AuditFacts facts, ZoneEntry entry, bool v4) => Probes.Own(facts, entry, v4) ?? (v4 ? null : Probes.Own(facts, entry, false, linkLocal: true));

    private static PrefixSet? Sources(ZoneEntry entry, bool v4)
    {
        PrefixSet? sources = entry.Sources?.Intersect(PrefixSet.Of(Prefix.Parse(v4 ? "0.0.0.0/0" : "::/0")));
        return sources is { IsEmpty: true } ? null : sources;
    }

    private static Finding Finding(AuditFacts facts, ZoneEntry entry, string zone, bool v4, SourceSets answer)
    {
        string family = v4 ? "IPv4" : "IPv6";
        return new Finding(
            $"{entry.Interface} {family}", $"what no rule names is accepted from {Reach.Words(zone)} at {entry.Interface}, {family}: {answer.OpenPorts.ToText(4)} of 65536 ports",
            Remedy(facts, entry, zone))
        {
            Severity = zone switch { Zone.Internet => null, Zone.Guests or Zone.Containers => Severity.High, _ => Severity.Medium },
            Evidence = [.. RuleEvidence.Of(facts, answer, Reach.Words(zone))],
        };
    }

    // The way in must stay open.
    private static string[] Vpn(AuditFacts facts, string device) =>
    [
        .. Reach.Rows(facts).Where(static row => row.Endpoint is { Place: Virtward.Exposure.Matrix.EndpointPlace.Host, Service.Kind: Virtward.Exposure.Matrix.ServiceKind.Vpn })
            .Select(row => $"iifname \"{device}\" {ProtocolNames.ToText(row.Endpoint.Protocol)} dport {Ways.Text(row.Endpoint.Ports.First)} accept").Distinct(),
    ];

    private static Remedy Remedy(AuditFacts facts, ZoneEntry entry, string zone)
    {
        string device = entry.Interface;
        if (Daemon.Without(facts) is null)
        {
            string name = Daemon.ZoneOf(facts, device);
            string target = Daemon.Config(facts).Effective.FirstOrDefault(one => one.Name == name)?.Target ?? "default";
            if (target == "ACCEPT" && !name.StartsWith("libvirt", StringComparison.Ordinal))
            {
                return new Remedy($"Let firewalld's zone {name} refuse what it does not name; open SSH in it first, where you come in by it.") { Risk = Risk.Lockout, Undo = $"firewall-cmd --permanent --zone={name} --set-target={target} && firewall-cmd --reload" }
                    .With($"firewall-cmd --permanent --zone={name} --add-service=ssh    # where administrators come in by it", $"firewall-cmd --permanent --zone={name} --set-target=DROP", "firewall-cmd --reload");
            }
        }
        else if (facts.Firewall.Ufw is { Enabled: true })
        {
            return new Remedy("Let ufw refuse what it does not name.") { Risk = Risk.Lockout, Undo = "ufw default allow incoming" }.With("ufw allow in on MANAGEMENT-INTERFACE to any port 22 proto tcp", "ufw default deny incoming", "ufw status verbose");
        }

        return FirewallRemedies.OwnTable(facts, $"Drop new connections by {device} that no rule before it accepted; keep this session open until a new one works.", "input", 20,
            [
                "ct state established,related accept", "iifname \"lo\" accept", "meta l4proto { icmp, ipv6-icmp } accept",
                .. zone is Zone.Guests or Zone.Containers ? new[] { $"iifname \"{device}\" udp dport {{ 53, 67, 547 }} accept", $"iifname \"{device}\" tcp dport 53 accept" } : zone == Zone.Internet ? Vpn(facts, device) : new[] { $"iifname \"{device}\" tcp dport 22 accept" },
                $"iifname \"{device}\" ct state new drop",
            ], Risk.Lockout);
    }
}
