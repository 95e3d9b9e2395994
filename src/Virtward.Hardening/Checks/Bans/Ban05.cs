using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>Limits that people can live with.</summary>
public static class Ban05
{
    // Two typing errors happen to everybody.
    internal const int FewestFailures = 3;

    // Shorter, and a guesser just waits; longer, and the mistakes of a week add up.
    internal const long ShortestSeconds = 60, LongestSeconds = 86_400;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BAN-05",
        Severity = Severity.Medium,
        Title = "limits leave room for typing errors and none for patient guessers, and no mail is sent for each ban",
        Why = "A limit of one bans the administrator at the first slip. A short window lets a slow guesser through for ever. Thousands of mails a day with whois data, one for each ban, are a load on the host, and nobody reads the one that matters.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (BanEngines.Without(facts) is Outcome none)
        {
            return none;
        }

        var findings = new List<Finding>();
        if (BanEngines.Virtward(facts))
        {
            foreach (JailPolicy jail in facts.Policy.Guard.Jails.Where(static jail => jail.Mode == JailMode.Enforce && jail.Filter.Name != "recidive"))
            {
                Judge(findings, jail.Name, jail.MaxRetry, (long)jail.FindTime.TotalSeconds,
                    key => Evidence.OfSetting($"{key} of jail {jail.Name}", key == "maxretry" ? jail.MaxRetry.ToString(CultureInfo.InvariantCulture)
                    : jail.FindTime.ToString()), "/etc/virtward/policy.yaml");
            }
        }

        string? unseen = null;
        if (BanEngines.Fail2Ban(facts))
        {
            unseen = BanEngines.Fail2BanUnseen(facts);
            foreach (Fail2BanJail jail in facts.Guarding.Fail2Ban?.Jails ?? [])
            {
                if (jail.Filter != "recidive")
                {
                    Judge(findings, jail.Name, jail.MaxRetry, jail.FindTime, key => BanEngines.Told(jail, key), "/etc/fail2ban/jail.d/99-virtward.local");
                }

                if (jail.Actions.FirstOrDefault(IsMail) is string mail)
                {
                    findings.Add(new Finding($"jail {jail.Name} mail", $"it sends a mail for each ban ({mail})", new Remedy("Let a daily report tell it.")
                    {
                        Steps = ["# /etc/fail2ban/jail.d/99-virtward.local", $"[{jail.Name}]", "action = %(action_)s", "systemctl reload fail2ban"],
                        Undo = "Remove /etc/fail2ban/jail.d/99-virtward.local; systemctl reload fail2ban.",
                    })
                    { Evidence = [BanEngines.Told(jail, "action")], Severity = Severity.Low });
                }
            }
        }

        return Outcome.Of(findings, "every jail leaves room for typing errors, and none sends a mail for each ban", unseen);
    }

    /// <summary>Whether an action sends a mail for each ban; "mail-buffered" and its like are digests.</summary>
    internal static bool IsMail(string action) =>
        (action.StartsWith("mail", StringComparison.Ordinal) || action.StartsWith("sendmail", StringComparison.Ordinal))
        && !action.EndsWith("-buffered", StringComparison.Ordinal);

    private static void Judge(List<Finding> findings, string jail, int? failures, long? seconds, Func<string, Evidence> told, string file)
    {
        if (failures < FewestFailures)
        {
            findings.Add(new Finding($"jail {jail} maxretry", $"{failures?.ToString(CultureInfo.InvariantCulture)} wrong tries are enough for a ban",
                Set(file, jail, $"maxretry {FewestFailures}"))
            {
                Evidence = [told("maxretry")],
            });
        }

        if (seconds is < ShortestSeconds or > LongestSeconds)
        {
            findings.Add(new Finding($"jail {jail} findtime", seconds < ShortestSeconds
                ? "tries count for less than a minute: a slow guesser is never banned"
                : "tries count for more than a day: honest mistakes add up to a ban", Set(file, jail, "findtime 10m"))
            {
                Evidence = [told("findtime")],
                Severity = Severity.Low,
            });
        }
    }

    private static Remedy Set(string file, string jail, string setting)
    {
        string[] words = setting.Split(' ');
        return file.EndsWith(".yaml", StringComparison.Ordinal)
            ? new Remedy("Change it in the policy.") { Steps = [$"# {file}, jail {jail}", $"{words[0]}: {words[1]}", "systemctl restart virtward"] }
            : new Remedy("Change it in a file of our own.")
            {
                Steps = [$"# {file}", $"[{jail}]", $"{words[0]} = {words[1]}", "systemctl reload fail2ban"],
                Undo = $"Remove {file}; systemctl reload fail2ban.",
            };
    }
}
