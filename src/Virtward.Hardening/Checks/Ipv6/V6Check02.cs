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

    // The policy cannot say so yet; once it can, every interface but lo must have disable_ipv6=1, and no socket may listen over IPv6.
    private static Outcome Judge(AuditFacts facts) => V6Judge.Excuse(facts) ?? Outcome.NotApplicable("no policy says that IPv6 is off");
}
