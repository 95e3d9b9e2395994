using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Accounts;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>
/// What sudo does for everybody alike: a terminal of its own, and a log. Who may become root, and how he proves who he is, is never touched: a mistake there shuts
/// everybody out.
/// </summary>
public static class SudoChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "sudo";

    /// <summary>Our file; sudo passes over names with a dot in them (sudoers(5)).</summary>
    public const string Path = "/etc/sudoers.d/00-virtward";

    private const string Main = "/etc/sudoers";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (facts.Access.SudoersProblem is not null || facts.Files.Find(Main) is not ConfigFile main)
        {
            return MadeChanges.None;
        }

        string[] wrong = [.. Aut01.Check.Judge(facts).Findings.Select(static finding => finding.Subject)];
        string[] wanted =
        [
            .. wrong.Contains("sudo use_pty") ? (ReadOnlySpan<string>)["Defaults use_pty"] : [],
            .. wrong.Contains("sudo logfile") ? (ReadOnlySpan<string>)["Defaults logfile=\"/var/log/sudo.log\""] : [],
        ];
        if (wanted.Length == 0)
        {
            return MadeChanges.None;
        }

        // Of the lines the last one counts, and "!use_pty" is somebody's intention.
        if (facts.Access.Sudoers.Any(static line => line.Text.StartsWith("Defaults", StringComparison.Ordinal) && line.Text.Replace(" ", "", StringComparison.Ordinal).Contains("!use_pty", StringComparison.Ordinal)))
        {
            return MadeChanges.Only("sudo is left as it is: a line of sudoers says !use_pty (AUT-01)");
        }

        if (!main.Lines.Any(static line => line.TrimStart() is string text && (text.StartsWith("@includedir", StringComparison.Ordinal) || text.StartsWith("#includedir", StringComparison.Ordinal)) && text.TrimEnd().TrimEnd('/').EndsWith("/etc/sudoers.d", StringComparison.Ordinal)))
        {
            return MadeChanges.Only($"sudo is left as it is: {Main} does not read /etc/sudoers.d (AUT-01)");
        }

        string[] kept = [.. (facts.Files.Find(Path)?.Lines ?? []).Where(static line => line.StartsWith("Defaults ", StringComparison.Ordinal))];
        return MadeChanges.Of(new Change(Id, "give sudo a terminal of its own, and a log", "What is run by sudo must not type into its caller's terminal, and who became root is to be read in one place.")
        {
            // Empty passwords, NOPASSWD and faillock are administrators' to mend.
            Checks = wrong.Length == wanted.Length ? [Aut01.Check.Id] : [],
            Risk = ChangeRisk.Service,
            Steps = [new FileStep(Path, ConfigText.Ours("", kept.Concat(wanted).Distinct()), UnixFileMode.UserRead | UnixFileMode.GroupRead)],
            Proofs = [new Proof(["visudo", "-c"], "sudo accepts its configuration")],
        });
    }
}
