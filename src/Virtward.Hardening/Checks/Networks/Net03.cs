using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;
using Virtward.Hardening.Inventory.Network;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>NET-03: guests' questions for names do not go to the Internet.</summary>
public static class Net03
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "NET-03",
        Severity = Severity.High,
        Title = "guests' questions for names are not passed on to the Internet",
        Why = "Names are a way out that no firewall between guest and Internet closes: what a guest asks of the host's dnsmasq goes out in the host's name. Data leaves that way, and orders come in.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Libvirt.Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Profile != Profile.Isolated)
        {
            return Outcome.NotApplicable($"the profile {facts.Profile.ToString().ToLowerInvariant()} lets guests ask for names");
        }

        ImmutableArray<NetworkDefinition> networks = facts.Hypervisor.Networks;
        string? unseen = facts.Hypervisor.NetworksProblem;
        if (networks.IsEmpty)
        {
            return unseen is null ? Outcome.NotApplicable("libvirt has no network here") : Outcome.Unknown(unseen);
        }

        List<Finding> findings = [];
        foreach (IGrouping<string, NetworkDefinition> forms in networks.Where(static network => network.Addressed).GroupBy(static network => network.Name, StringComparer.Ordinal))
        {
            (NetworkDefinition Form, string What)[] wrong = [.. forms.Select(form => (form, Wrong(facts, form))).Where(static pair => pair.Item2 is not null).Select(static pair => (pair.form, pair.Item2!))];
            if (wrong.Length > 0)
            {
                findings.Add(new Finding($"network {forms.Key}", wrong[0].What, Remedy(forms.Key))
                {
                    Evidence = [.. wrong.Select(static pair => new Evidence(EvidenceKind.Guest, $"network {pair.Form.Name} ({(pair.Form.Active ? "active" : "stored")})", Told(pair.Form)))],
                });
            }
        }

        return Outcome.Of(findings, "libvirt's networks serve no names, or pass questions on to resolvers inside only", unseen);
    }

    private static string? Wrong(AuditFacts facts, NetworkDefinition form)
    {
        // libvirt gives an isolated network's dnsmasq no resolver to ask.
        if (!form.Dns || form.Forward == "none")
        {
            return null;
        }

        if (!form.Forwarders.IsEmpty && form.Forwarders.All(static one => one.Length > 0))
        {
            string[] outside = [.. form.Forwarders.Where(static one => Address.TryParse(one, out Address address) && AddressKinds.IsPublic(address)).Take(4)];
            return outside.Length > 0 ? $"questions of guests of {form.Name} are passed on to {string.Join(", ", outside)}" : null;
        }

        // What dnsmasq was really told, where the network runs.
        if (form.Active && facts.Network.GuestDnsmasqs.FirstOrDefault(one => one.Name == form.Name) is DnsmasqConfig config && config.Has("no-resolv")
            && config.Values("server").All(static server => !Address.TryParse(server.Split('#')[0], out Address address) || !AddressKinds.IsPublic(address)))
        {
            return null;
        }

        return $"questions of guests of {form.Name} are passed on to whatever resolver the host asks";
    }

    private static string Told(NetworkDefinition form) => form.Forwarders.IsEmpty ? $"forward {form.Forward}, names served, no <forwarder>" : $"forwarders {string.Join(", ", form.Forwarders.Take(5))}";

    private static Remedy Remedy(string network)
    {
        string name = Libvirt.Hypervisor.Quote(network);
        string saved = Libvirt.Hypervisor.Quote($"/root/virtward-net-{network.Replace('/', '_')}.xml");
        return new Remedy("Serve no names, or pass questions on to a resolver inside that filters them.")
        {
            Steps =
            [
                $"virsh net-dumpxml --inactive {name} > {saved}", $"virsh net-edit {name}", "# <dns enable='no'/>   (guests then need a resolver of their own), or", "# <dns><forwarder addr='RESOLVER_INSIDE'/></dns>",
                $"virsh net-destroy {name} && virsh net-start {name}   # running guests lose the network until they start again",
            ],
            Risk = Risk.Guests,
            Undo = $"virsh net-define {saved} && virsh net-destroy {name} && virsh net-start {name}",
        };
    }
}
