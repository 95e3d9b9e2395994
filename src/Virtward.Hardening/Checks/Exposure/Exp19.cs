using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-19.</summary>
public static class Exp19
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-19",
        Severity = Severity.Medium,
        Title = "what is computed to be closed was found closed from outside",
        Why = "The answers here are computed from the host's own rules. A router in front, a cloud's firewall or another host with the same address may make them different: only a "
            + "connection from another machine shows it.",
        Judge = Judge,
    };

    // An audit sends nothing to anybody.
    private static Outcome Judge(AuditFacts facts) => Reach.Unknown(facts) is string unknown
        ? Outcome.Unknown(unknown)
        : Outcome.NotApplicable("an audit sends no packets: run `virtward exposure --json > host.json` here, and `virtward exposure probe ADDRESS --expect host.json` on another machine");
}
