using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-01.</summary>
public static class Ssh01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-01",
        Severity = Severity.High,
        Title = "no password opens an SSH session",
        Why = "Whoever guesses one password of this host has its guests too. \"PasswordAuthentication no\" alone is not enough: with PAM, keyboard-interactive asks for the same password. A key cannot be guessed.",
        Judge = Judge,
    };

    /// <summary>What must hold.</summary>
    internal static readonly ImmutableArray<SshRule> Rules =
    [
        SshRule.Exactly("PasswordAuthentication", "no", "a password alone opens a session"),
        SshRule.Exactly("KbdInteractiveAuthentication", "no", "keyboard-interactive asks PAM, which takes the password, whatever PasswordAuthentication says"),
    ];

    /// <summary>Whether a rule's breach opens nothing: PAM is off, or a key is demanded first.</summary>
    internal static bool IsHarmless(SshView view, SshRule rule)
    {
        if (rule.Keyword == "kbdinteractiveauthentication" && view.Value("usepam") == "no")
        {
            return true;
        }

        // Every list of methods must demand something else than a password.
        string methods = view.Value("authenticationmethods")?.ToLowerInvariant() ?? "any";
        return methods != "any" && methods.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(static list => list.Split(',').Any(static method => method is "publickey" or "hostbased" or "gssapi-with-mic" || method.StartsWith("publickey:", StringComparison.Ordinal)));
    }

    private static Outcome Judge(AuditFacts facts) =>
        SshJudge.Settings(facts, Rules, static (view, rule, finding) => IsHarmless(view, rule) ? null : finding with
        {
            Remedy = finding.Remedy with { Steps = finding.Remedy.Steps.Insert(0, "check first that an administrator's key works: SSH-02") },
        });
}
