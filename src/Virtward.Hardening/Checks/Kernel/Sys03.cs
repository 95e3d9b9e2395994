using Virtward.Exposure.Topology;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-03.</summary>
public static class Sys03
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-03",
        Severity = Severity.Medium,
        Title = "senders do not choose the way of their packets, and this host redirects nobody",
        Why = "A source route leads packets past the firewall's idea of where they come from. Redirects that a hypervisor sends tell its guests about neighbours that they should not know.",
        References = ["DISA STIG RHEL 9 RHEL-09-253070"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (KernelJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        var source4 = new InterfaceRule(facts, false, "accept_source_route");
        var source6 = new InterfaceRule(facts, true, "accept_source_route");
        var send = new InterfaceRule(facts, false, "send_redirects");
        int? all4 = source4.Read("all");
        int? allSend = send.Read("all");
        if (allSend > 0)
        {
            send.Blame("all");
        }

        if (send.Read("default") > 0)
        {
            send.Blame("default");
        }

        int looked = 0;
        foreach (NetworkInterface device in KernelJudge.Interfaces(facts))
        {
            looked++;
            // Both must allow it.
            if (source4.Read(device.Name) > 0 && all4 > 0)
            {
                source4.Blame(device.Name);
            }

            // The smaller of both counts; 0 lets only the type through that mobile hosts use.
            if (V6Settings.IsOn(facts, device.Name) && source6.Read(device.Name) > 0 && facts.Kernel.Number(true, "all", "accept_source_route") is > 0 or null)
            {
                source6.Blame(device.Name);
            }

            // One of them is enough.
            if (send.Read(device.Name) > 0)
            {
                send.Blame(device.Name);
            }
        }

        if (looked == 0)
        {
            return Outcome.Unknown("no interface is known");
        }

        Finding?[] findings =
        [
            source4.Finding("packets of IPv4 may name their own way", 0),
            source6.Finding("packets of IPv6 may name their own way", 0),
            send.Finding("this host sends redirects; the value of an interface is enough, whatever \"all\" says", 0),
        ];
        return Outcome.Of(findings.OfType<Finding>(), $"no source routes, and no redirects sent, on {looked} interfaces", KernelJudge.Join([.. source4.Unseen, .. source6.Unseen, .. send.Unseen, .. V6Settings.Why(facts) is string why ? [why] : Array.Empty<string>()]));
    }
}
