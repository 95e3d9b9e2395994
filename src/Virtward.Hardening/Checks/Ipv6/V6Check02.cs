using Virtward.Core.Policy;
using Virtward.Exposure.Topology;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ipv6;

/// <summary>V6-02.</summary>
public static class V6Check02
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "V6-02",
        Severity = Severity.Medium,
        Title = "where the policy says that IPv6 is off, no interface has it",
        Why = "A host whose administrator believes that it has no IPv6 is looked after as if it had none. Each interface must be off by itself: what is set for \"all\" does not reach those that come later, and NetworkManager turns it on again.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (V6Judge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        if (facts.Policy.Ipv6 == Ipv6Policy.On)
        {
            return Outcome.NotApplicable("the policy does not say that IPv6 is off");
        }

        if (!V6Settings.Exists(facts))
        {
            return Outcome.Pass("this kernel runs without IPv6");
        }

        var rule = new InterfaceRule(facts, true, "disable_ipv6");
        if (rule.Read("default") == 0)
        {
            rule.Blame("default");
        }

        int looked = 0;
        foreach (NetworkInterface device in KernelJudge.Interfaces(facts))
        {
            looked++;
            if (rule.Read(device.Name) == 0)
            {
                rule.Blame(device.Name);
            }
        }

        return Outcome.Of(
            new[] { rule.Finding("IPv6 is on here, and the policy says that it is off; \"all\" would end what listens on ::1 too", 1, Risk.Lockout | Risk.Service) }.OfType<Finding>(),
            $"IPv6 is off on {looked} interfaces", KernelJudge.Join(rule.Unseen));
    }
}
