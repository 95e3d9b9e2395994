using Virtward.Exposure.Topology;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-02.</summary>
public static class Sys02
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-02",
        Severity = Severity.Medium,
        Title = "no neighbour can redirect this host's packets",
        Why = "An ICMP redirect tells the host to send its packets through somebody else. A guest, or any machine in the same network, can so read what the hypervisor sends.",
        References = ["DISA STIG RHEL 9 RHEL-09-253040", "DISA STIG RHEL 9 RHEL-09-254035"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (KernelJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        var v4 = new InterfaceRule(facts, false, "accept_redirects");
        var v6 = new InterfaceRule(facts, true, "accept_redirects");
        var idle = new InterfaceRule(facts, true, "accept_redirects");
        int? all = v4.Read("all");
        int looked = 0;
        foreach (NetworkInterface device in KernelJudge.Interfaces(facts))
        {
            looked++;
            if (v4.Read(device.Name) is int own && all is int global && Accepts(facts, device.Name, global != 0, own != 0))
            {
                v4.Blame(device.Name);
            }

            if (V6Settings.IsOn(facts, device.Name) && v6.Read(device.Name) is not (0 or null))
            {
                // A router takes none; as soon as forwarding is turned off, it does.
                (facts.Kernel.Number(true, device.Name, "forwarding") == 1 ? idle : v6).Blame(device.Name);
            }
        }

        if (looked == 0)
        {
            return Outcome.Unknown("no interface is known");
        }

        List<Finding?> findings =
        [
            v4.Finding("redirects of IPv4 are taken", 0),
            v6.Finding("redirects of IPv6 are taken; the value for \"all\" does not touch interfaces", 0),
        ];
        if (v6.Bad.Count == 0)
        {
            findings.Add(idle.Finding("redirects of IPv6 would be taken as soon as forwarding is off; the value for \"all\" does not touch interfaces", 0, Risk.None, Severity.Low));
        }

        if (V6Settings.Exists(facts) && facts.Kernel.Number(true, "default", "accept_redirects") == 1)
        {
            findings.Add(KernelJudge.Tell(facts, "net.ipv6.conf.default.accept_redirects", "interfaces that come later take redirects of IPv6", ["net.ipv6.conf.default.accept_redirects"], 0));
        }

        return Outcome.Of(findings.OfType<Finding>(), $"no redirect is taken on {looked} interfaces", KernelJudge.Join([.. v4.Unseen, .. v6.Unseen, .. V6Settings.Why(facts) is string why ? [why] : Array.Empty<string>()]));
    }

    // On an interface that forwards, both must allow it; on another one of them is enough (linux/inetdevice.h).
    private static bool Accepts(AuditFacts facts, string device, bool all, bool own) =>
        (facts.Kernel.Number(false, device, "forwarding") ?? facts.Kernel.Number("net.ipv4.ip_forward") ?? 0) != 0 ? all && own : all || own;
}
