using Virtward.Core.Policy;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>A system-wide dnsmasq serves the networks inside only; where nothing inside has it, loopback. libvirt's own are libvirt's.</summary>
public static class DnsmasqChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "dnsmasq";

    internal const string Unit = "dnsmasq.service";
    private const string Path = "/etc/dnsmasq.d/00-virtward.conf";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        if (!policy.Resolver.Managed || !Net01.Check.Judge(facts).Findings.Any(static finding => finding.Subject == Unit))
        {
            return MadeChanges.None;
        }

        // libvirt's dnsmasqs hold their bridges' ports 53 and 67 already.
        HashSet<string> taken = [.. facts.Host.GuestNetworks.Select(static network => network.Bridge).OfType<string>()];
        HashSet<string> outside = [.. facts.Zones.Find(Zone.Internet)?.Entries.Select(static entry => entry.Interface) ?? []];
        string[] inside =
        [
            .. facts.Zones.Zones.Where(static zone => zone.Name != Zone.Internet).SelectMany(static zone => zone.Entries).Select(static entry => entry.Interface)
                .Where(name => !taken.Contains(name) && !outside.Contains(name) && facts.Host.Network.Interfaces.Any(one => one.Name == name && one.Addresses.Length > 0)).Distinct().Order(StringComparer.Ordinal),
        ];
        string[] named = [.. facts.Network.HostDnsmasq?.Values("interface") ?? []];
        string[] serve = named.Length > 0 ? [] : inside.Length > 0 ? inside : ["lo"];
        string text = ConfigText.Ours("", ["bind-dynamic", .. serve.Select(static name => $"interface={name}")]);
        List<Step> steps = [new FileStep(Path, text, ConfigText.Public)];

        // bind-interfaces and bind-dynamic exclude each other, and TFTP is on where any file says so.
        foreach (ConfigFile file in facts.Files.In("/etc/dnsmasq.d", "*").Concat(facts.Files.Find("/etc/dnsmasq.conf") is ConfigFile main ? [main] : Array.Empty<ConfigFile>()).Where(static file => file.Path != Path))
        {
            int[] lines = [.. file.Lines.Select(static (line, i) => (Word: line.Trim().Split('=')[0].Trim(), Number: i + 1)).Where(static line => line.Word is "bind-interfaces" or "enable-tftp").Select(static line => line.Number)];
            if (lines.Length > 0)
            {
                steps.Add(new FileStep(file.Path, ConfigText.CommentOut(file.Text, lines), ConfigText.Public));
            }
        }

        return MadeChanges.Of(new Change(Id, "bind the host's dnsmasq to the networks inside", "An open resolver answers the Internet, and is used to flood others.")
        {
            Checks = [Net01.Check.Id],
            Risk = ChangeRisk.Service,
            Steps = [.. steps],
            Proofs = [new Proof(["dnsmasq", "--test"], "dnsmasq accepts its configuration")],
            Effects = [new UnitEffect(Unit, UnitEffectKind.Restart)],
        });
    }
}
