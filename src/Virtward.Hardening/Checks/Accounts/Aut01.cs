using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Checks.Accounts;

/// <summary>Becoming root leaves a trace and takes a password.</summary>
public static class Aut01
{
    // More guesses than that are no typing errors.
    private const int MostGuesses = 5;

    // From this version on sudo uses a terminal of its own without being told to.
    private static readonly Version PtyByDefault = new(1, 9, 14);

    private static readonly SearchValues<char> VersionDigits = SearchValues.Create("0123456789.");

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "AUT-01",
        Severity = Severity.Medium,
        Title = "only root is root, and becoming root takes a password, leaves a trace and cannot be guessed",
        Why = "Root on the host is root in every guest. An account that becomes root without a password is worth as much to an intruder as root's own, and a service's account that can do it is a way from that service to all guests.",
        References =
        [
            "CIS RHEL 9 v2.0.0 5.2.4", "CIS RHEL 9 v2.0.0 5.3.3.1.1", "CIS RHEL 9 v2.0.0 5.4.2.1",
            "CIS Debian 12 v1.1.0 5.2.4", "CIS Debian 12 v1.1.0 5.3.3.1.1", "CIS Debian 12 v1.1.0 5.4.2.1",
            "DISA STIG RHEL 9 RHEL-09-411100", "DISA STIG RHEL 9 RHEL-09-611085",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Access.Accounts.IsEmpty)
        {
            return Outcome.Unknown(facts.Files.Why("/etc/passwd") ?? "/etc/passwd was not read");
        }

        var findings = new List<Finding>();
        string? unseen = Accounts(facts, findings);
        if (Sudo(facts, findings) is string sudo)
        {
            unseen ??= sudo;
        }

        if (Pam(facts, findings) is string pam)
        {
            unseen ??= pam;
        }

        if (facts.Profile != Profile.Lab)
        {
            Umask(facts, findings);
        }

        return Outcome.Of(findings, "root is the only account with its number, no password is empty, sudo asks for one and keeps a log, guesses are counted", unseen);
    }

    private static string? Accounts(AuditFacts facts, List<Finding> findings)
    {
        foreach (Account account in facts.Access.Accounts)
        {
            Evidence line = Evidence.OfLine("/etc/passwd", account.Line, $"{account.Name}:…:{account.Uid}:{account.Gid}:…:{account.Shell}");
            if (account.Uid == 0 && account.Name != "root")
            {
                findings.Add(new Finding($"account {account.Name}", "it has root's number, and so is root under another name",
                    new Remedy("Remove it, or give it a number of its own. Keep a root shell open until another one works.")
                {
                    Steps = [$"usermod -u NUMBER {account.Name}", "vipw"],
                    Risk = Risk.Lockout,
                })
                { Evidence = [line], Severity = Severity.High });
            }

            if (account.Password is { Length: 0 })
            {
                findings.Add(new Finding($"account {account.Name}", "its password is empty", new Remedy("Lock it, or give it a password.")
                {
                    Steps = [$"passwd -l {account.Name}"],
                    Risk = Risk.Lockout,
                    Undo = $"passwd -u {account.Name}",
                })
                { Evidence = [line], Severity = account.HasShell ? Severity.High : Severity.Medium });
            }
        }

        return facts.Access.Accounts.All(static account => account.Password is null) ? facts.Files.Why("/etc/shadow") ?? "/etc/shadow was not read" : null;
    }

    private static string? Sudo(AuditFacts facts, List<Finding> findings)
    {
        if (facts.Access.SudoersProblem is string problem)
        {
            return problem;
        }

        if (facts.Access.Sudoers.IsEmpty)
        {
            // Whoever became root with su alone needs no sudoers.
            return facts.Packages.Problem is null && !facts.Packages.Has("sudo") && !facts.Packages.Has("sudo-ldap") ? null : "/etc/sudoers was not read";
        }

        foreach (ConfigLine line in facts.Access.Sudoers)
        {
            if (WhoNeedsNoPassword(line.Text) is string who)
            {
                findings.Add(new Finding($"sudo {who}", $"{who} may do anything as root without a password",
                    new Remedy("Give the account a password and take NOPASSWD away, or name the few commands that need none. Try it in a second session before you close this one.")
                {
                    Steps = [$"passwd {who.TrimStart('%')}", $"visudo -f {line.Path}", "visudo -c"],
                    Risk = Risk.Lockout,
                    Undo = "Put the old line back with visudo.",
                })
                { Evidence = [line.Evidence] });
            }
        }

        if (facts.Profile == Profile.Lab)
        {
            return null;
        }

        string[] defaults = [.. facts.Access.Sudoers.Where(static line => line.Text.StartsWith("Defaults", StringComparison.Ordinal))
            .SelectMany(static line => Options(line.Text))];
        string? pty = defaults.LastOrDefault(static option => option is "use_pty" or "!use_pty");
        if (pty == "!use_pty" || (pty is null && Version(facts.Packages.Find("sudo")?.Version) is Version version && version < PtyByDefault))
        {
            findings.Add(new Finding("sudo use_pty", "what is run by sudo shares the caller's terminal, and can type into it afterwards", SudoDefaults("use_pty"))
            {
                Evidence = [Evidence.OfSetting("use_pty", pty ?? $"(not set, and sudo is older than {PtyByDefault})")],
                Severity = Severity.Low,
            });
        }

        if (!defaults.Any(static option => option.StartsWith("logfile", StringComparison.Ordinal)
            || option.StartsWith("log_server", StringComparison.Ordinal) || option is "log_output" or "log_input"))
        {
            findings.Add(new Finding("sudo logfile", "sudo's log goes to syslog only, where its lines lie among all others",
                SudoDefaults("logfile=\"/var/log/sudo.log\""))
            {
                Evidence = [Evidence.OfSetting("logfile", "(not set)")],
                Severity = Severity.Low,
            });
        }

        return null;
    }

    // "deploy ALL=(ALL:ALL) NOPASSWD: ALL", "%wheel ALL=(ALL) NOPASSWD:SETENV: ALL", "Defaults !authenticate".
    private static string? WhoNeedsNoPassword(string text)
    {
        string first = text.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries)[0];
        if (first.StartsWith("Defaults", StringComparison.Ordinal))
        {
            return Options(text).Contains("!authenticate") ? (first.Length > "Defaults:".Length ? first["Defaults:".Length..] : "everybody") : null;
        }

        int tag = text.IndexOf("NOPASSWD", StringComparison.Ordinal);
        if (tag < 0 || first == "root" || first.EndsWith("_Alias", StringComparison.Ordinal))
        {
            return null;
        }

        string commands = text[(tag + "NOPASSWD".Length)..].TrimStart(' ', '\t', ':');
        while (commands.IndexOf(':', StringComparison.Ordinal) is int colon and > 0 && commands[..colon].All(static c => char.IsAsciiLetterUpper(c) || c == '_'))
        {
            commands = commands[(colon + 1)..].TrimStart();
        }

        return commands.Split(',').Any(static command => command.Trim() == "ALL") ? first : null;
    }

    // "Defaults:user use_pty, logfile=/x"
    private static IEnumerable<string> Options(string text)
    {
        int space = text.AsSpan().IndexOfAny(' ', '\t');
        return space < 0 ? [] : text[space..].Split(',').Select(static option => option.Trim().Replace("! ", "!", StringComparison.Ordinal));
    }

    private static Version? Version(string? text)
    {
        // "1.9.13p3-1+deb12u1", "0:1.9.5p2-10.el9"
        string rest = text is null ? "" : text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..];
        int end = rest.AsSpan().IndexOfAnyExcept(VersionDigits);
        return System.Version.TryParse(end < 0 ? rest : rest[..end].TrimEnd('.'), out Version? version) ? version : null;
    }

    private static string? Pam(AuditFacts facts, List<Finding> findings)
    {
        string[] stacks = facts.Distribution.Choose<string[]>(["system-auth", "password-auth"], ["common-auth"]);
        bool any = false;
        foreach (string stack in stacks)
        {
            ImmutableArray<ConfigLine> lines = facts.Access.Pam(stack);
            if (lines.IsEmpty)
            {
                continue;
            }

            any = true;
            ConfigLine[] locks = [.. lines.Where(static line => line.Text.Contains("pam_faillock.so", StringComparison.Ordinal))];
            if (locks.Length == 0)
            {
                findings.Add(new Finding($"faillock {stack}", "passwords may be guessed without end",
                    Faillock(facts)) { Evidence = [new Evidence(EvidenceKind.File, $"/etc/pam.d/{stack}", "no pam_faillock.so")] });
                continue;
            }

            // A word in the module's line goes over the file; without either it is three.
            FoundSetting? own = locks.SelectMany(static line => line.Text.Split(' ')
                .Where(static word => word.StartsWith("deny=", StringComparison.Ordinal))
                .Select(word => new FoundSetting(word[5..], line.Path, line.Line, line.Text))).FirstOrDefault();
            FoundSetting? deny = own ?? facts.Access.SecuritySetting("/etc/security/faillock.conf", "deny");
            if (deny is not null && int.TryParse(deny.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int guesses)
                && (guesses == 0 || guesses > MostGuesses))
            {
                findings.Add(new Finding($"faillock {stack}", guesses == 0 ? "no number of wrong passwords locks an account"
                    : $"only {guesses} wrong passwords lock an account", Faillock(facts)) { Evidence = [deny.Evidence] });
            }
        }

        if (facts.Profile != Profile.Lab && facts.Access.Pam("su") is { IsEmpty: false } su
            && !su.Any(static line => line.Text.Contains("pam_wheel.so", StringComparison.Ordinal)
                && line.Text.StartsWith("auth", StringComparison.Ordinal) && !line.Text.Contains("trust", StringComparison.Ordinal)))
        {
            findings.Add(new Finding("su", "every account may try root's password with su",
                new Remedy("Let only one group use su; put your own account into it first.")
            {
                Steps = [.. facts.Distribution.Choose<string[]>(["gpasswd -a ADMIN wheel"], ["groupadd -f wheel", "gpasswd -a ADMIN wheel"]),
                    "# /etc/pam.d/su, below pam_rootok.so", "auth required pam_wheel.so use_uid group=wheel"],
                Risk = Risk.Lockout,
                Undo = "Take the line out again.",
            })
            { Evidence = [new Evidence(EvidenceKind.File, "/etc/pam.d/su", "no pam_wheel.so")], Severity = Severity.Low });
        }

        return any ? null : facts.Files.WhyIn("/etc/pam.d") ?? "PAM's configuration was not read";
    }

    private static void Umask(AuditFacts facts, List<Finding> findings)
    {
        if (facts.Access.LoginSetting("UMASK") is FoundSetting umask && umask.Value.Length is > 0 and < 6 && umask.Value.All(static c => c is >= '0' and <= '7')
            && (Convert.ToInt32(umask.Value, 8) & 7) != 7)
        {
            findings.Add(new Finding("UMASK", "new files of users can be read by everybody", new Remedy("Keep others out of new files.")
            {
                Steps = ["# /etc/login.defs", "UMASK 027"],
                Undo = "Put the old value back.",
            })
            { Evidence = [umask.Evidence], Severity = Severity.Low });
        }
    }

    private static Remedy SudoDefaults(string option) => new("Say so in a file of our own.")
    {
        Steps = ["# /etc/sudoers.d/00-virtward, by visudo -f /etc/sudoers.d/00-virtward", $"Defaults {option}",
            "chmod 0440 /etc/sudoers.d/00-virtward", "visudo -c"],
        Risk = Risk.Lockout,
        Undo = "Remove /etc/sudoers.d/00-virtward.",
    };

    private static Remedy Faillock(AuditFacts facts) =>
        new("Lock an account for a quarter of an hour after five wrong passwords. Keep a root session open while you try it.")
    {
        Steps =
        [
            "# /etc/security/faillock.conf", "deny = 5", "unlock_time = 900",
            .. facts.Distribution.Choose<string[]>(
                ["authselect enable-feature with-faillock"],
                [
                    "# /usr/share/pam-configs/virtward-faillock", "Name: Lock accounts after wrong passwords", "Default: yes", "Priority: 0",
                    "Auth-Type: Primary", "Auth:", "\t[default=die] pam_faillock.so authfail",
                    "# /usr/share/pam-configs/virtward-faillock-notify", "Name: Refuse locked accounts", "Default: yes", "Priority: 1024",
                    "Auth-Type: Primary", "Auth:", "\trequisite pam_faillock.so preauth",
                    "Account-Type: Primary", "Account:", "\trequired pam_faillock.so", "pam-auth-update --enable virtward-faillock virtward-faillock-notify",
                ]),
        ],
        Risk = Risk.Lockout,
        Undo = facts.Distribution.Choose("authselect disable-feature with-faillock", "pam-auth-update --disable virtward-faillock virtward-faillock-notify"),
    };
}
