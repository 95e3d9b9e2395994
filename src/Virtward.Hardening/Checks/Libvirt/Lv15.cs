using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-15: it is known which rules libvirt writes, and they are one kind.</summary>
public static class Lv15
{
    // libvirt's tables with nftables; its chains with iptables.
    private const string NftTable = "libvirt_network";
    private const string IptablesChain = "LIBVIRT_FWI";

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-15",
        Severity = Severity.Medium,
        Title = "libvirt's rules are of one kind, and what they leave to the host is there",
        Why = "libvirt 10.4 and newer may write its rules with nftables; then it writes none for packets to the host, so that DHCP and DNS of the guests hang on the host's own rules. "
            + "Rules of both kinds at once are leftovers, and nobody knows which of them let a packet through.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        GuestNetwork[] active = [.. facts.Host.GuestNetworks.Where(static network => network.Active && network.Forward is "none" or "nat" or "route")];
        if (active.Length == 0)
        {
            return facts.Hypervisor.NetworksProblem is string why ? Outcome.Unknown(why) : Outcome.NotApplicable("no network of libvirt's runs that needs rules");
        }

        if (facts.Exposure.Ruleset is null)
        {
            return Outcome.Unknown(facts.Exposure.Problem ?? "the firewall's rules are not known");
        }

        string rules = string.Join('\n', ((ReadOnlySpan<string?>)[facts.Host.NftText, facts.Host.NftJson, facts.Host.IptablesSave, facts.Host.Ip6tablesSave, facts.Host.IptablesLegacySave]).ToArray().OfType<string>());
        bool nft = rules.Contains(NftTable, StringComparison.Ordinal);
        bool iptables = rules.Contains(IptablesChain, StringComparison.Ordinal);
        LibvirtConfig config = facts.Hypervisor.NetworkDriver;
        LibvirtSetting? wanted = config.Find("firewall_backend");
        List<Finding> findings = [];
        if (nft && iptables)
        {
            findings.Add(Restart(facts, "both kinds", "libvirt's rules are there in nftables and in iptables", new Evidence(EvidenceKind.Rule, $"tables {NftTable}, chains {IptablesChain}", "both are loaded")));
        }
        else if (wanted is not null && ((wanted.Value == "nftables" && !nft) || (wanted.Value == "iptables" && !iptables)))
        {
            findings.Add(Restart(facts, "firewall_backend", $"libvirt is told to write its rules with {wanted.Value}, and {(nft || iptables ? "those in force are of the other kind" : "none are in force")}", Hypervisor.Seen(wanted)));
        }
        else if (!nft && !iptables)
        {
            findings.Add(Restart(facts, "no rules", "networks of libvirt's run, and none of its rules are in force: something flushed them", new Evidence(EvidenceKind.Rule, "nft list ruleset", $"neither {NftTable} nor {IptablesChain}")));
        }

        if (nft && !iptables)
        {
            findings.AddRange(CutOff(facts, active));
        }

        return Outcome.Of(findings, $"libvirt's rules are written with {(nft ? "nftables" : "iptables")}", wanted is null && config.Problem is not null && !nft && !iptables ? config.Problem : null);
    }

    // Where the host drops by default, guests get neither address nor name.
    private static IEnumerable<Finding> CutOff(AuditFacts facts, GuestNetwork[] active)
    {
        int zone = facts.Exposure.Report is ExposureReport report ? report.Zones.ToList().FindIndex(static one => one.Name == Zone.Guests) : -1;
        if (zone < 0)
        {
            yield break;
        }

        foreach (GuestNetwork network in active.Where(static network => network.Dhcp && network.Bridge is not null))
        {
            ExposureRow? row = facts.Exposure.Report!.Rows.FirstOrDefault(one => one.Endpoint.Place == EndpointPlace.Host && one.Endpoint.Service.Kind == ServiceKind.Dhcp && one.Endpoint.BoundDevice == network.Bridge);
            if (row is not null && row.Cells[zone].Concern == Concern.Closed)
            {
                yield return new Finding($"network {network.Name}: DHCP", $"guests of {network.Name} cannot reach the host's DHCP: libvirt's nftables rules say nothing of packets to the host, and other rules drop them", new Remedy(
                    "Let guests reach DHCP and DNS of their own network, and nothing else of the host.")
                {
                    Steps = [$"# in the host's input chain: iifname \"{network.Bridge}\" udp dport 67 accept; iifname \"{network.Bridge}\" meta l4proto {{ tcp, udp }} th dport 53 accept"],
                    Risk = Risk.Guests,
                    Undo = "take the rules away again",
                })
                {
                    Evidence = [new Evidence(EvidenceKind.Socket, row.Endpoint.PortText, $"{network.Bridge}: nobody of the zone {Zone.Guests} reaches it")],
                };
            }
        }
    }

    private static Finding Restart(AuditFacts facts, string subject, string what, Evidence evidence)
    {
        string daemon = Hypervisor.IsModular(facts) ?? facts.Distribution.Choose(true, false) ? "virtnetworkd" : "libvirtd";
        return new Finding(subject, what, new Remedy("Let libvirt write its rules anew.")
        {
            Steps = [$"systemctl restart {daemon}", "# what is left of the other kind goes with the next start of the host"],
            Risk = Risk.Guests,
        })
        {
            Evidence = [evidence],
        };
    }
}
