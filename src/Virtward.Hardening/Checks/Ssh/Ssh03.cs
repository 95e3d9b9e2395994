using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-03.</summary>
public static class Ssh03
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-03",
        Severity = Severity.High,
        Title = "root does not log in with a password, and nobody without proof of who they are",
        Why = "root is the one name that every attacker knows, and on a hypervisor it owns every guest's disk and memory. Empty passwords and trust in other hosts' word are ways in without any secret.",
        References = ["DISA STIG RHEL 9 RHEL-09-255040", "DISA STIG RHEL 9 RHEL-09-255045"],
        Judge = Judge,
    };

    /// <summary>
    /// What must hold. Until the policy can say more: a key may open a session of root (rescue and backups are done so), a password may not.
    /// </summary>
    internal static readonly ImmutableArray<SshRule> Rules =
    [
        new("PermitRootLogin", static value => value is "no" or "prohibit-password" or "without-password" or "forced-commands-only", "prohibit-password", "root may log in with a password"),
        SshRule.Exactly("PermitEmptyPasswords", "no", "an account without a password is open to everybody"),
        SshRule.Exactly("HostbasedAuthentication", "no", "another host's word is enough to log in"),
        SshRule.Exactly("IgnoreRhosts", "yes", "users may name hosts whose word is trusted"),
        SshRule.Exactly("PubkeyAuthentication", "yes", "keys are not taken, so that only weaker ways in are left"),
    ];

    private static Outcome Judge(AuditFacts facts) => SshJudge.Settings(facts, Rules, static (view, rule, finding) => rule.Keyword switch
    {
        // As long as no password is taken from anybody, root's is not either.
        "permitrootlogin" when Ssh01.Rules.All(one => !SshJudge.Breaks(view, one) || Ssh01.IsHarmless(view, one)) =>
            finding with { What = "root may log in with a password as soon as passwords are taken again", Severity = Severity.Medium },
        "ignorerhosts" when view.Value("hostbasedauthentication") == "no" => finding with { Severity = Severity.Low },
        _ => finding,
    });
}
