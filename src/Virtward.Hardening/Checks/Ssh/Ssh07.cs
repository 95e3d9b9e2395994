using System.Collections.Immutable;
using System.Globalization;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-07.</summary>
public static class Ssh07
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-07",
        Severity = Severity.Medium,
        Title = "sshd limits tries, time and connections that have not logged in",
        Why = "Each connection that has not logged in costs a process as root. Without limits one client can fill them all, so that the administrator gets none just when the host is under attack.",
        References =
        [
            "CIS RHEL 9 v2.0.0 5.1.14", "CIS RHEL 9 v2.0.0 5.1.16", "CIS RHEL 9 v2.0.0 5.1.17", "CIS RHEL 9 v2.0.0 5.1.18",
            "CIS Debian 12 v1.1.0 5.1.13", "CIS Debian 12 v1.1.0 5.1.16", "CIS Debian 12 v1.1.0 5.1.17", "CIS Debian 12 v1.1.0 5.1.18",
        ],
        Judge = Judge,
    };

    // 3 would lock out who has more than three keys in an agent.
    private const int MaxAuthTries = 4;
    private const int MaxSessions = 10;
    private const int GraceSeconds = 60;
    private const int StartupsBegin = 10;
    private const int StartupsFull = 60;

    internal static readonly ImmutableArray<SshRule> Rules =
    [
        new("MaxAuthTries", static value => Number(value) is > 0 and <= MaxAuthTries, "4", "one connection may try more often than four times"),
        new("MaxSessions", static value => Number(value) is >= 0 and <= MaxSessions, "10", "one connection may open more than ten sessions"),
        new("MaxStartups", IsBounded, "10:30:60", "more than 60 connections may wait without having logged in"),
        new("LoginGraceTime", static value => SshTime.Seconds(value) is > 0 and <= GraceSeconds, "60", "a connection may stay for more than a minute without logging in"),
    ];

    private static Outcome Judge(AuditFacts facts) => SshJudge.Settings(facts, Rules);

    private static int? Number(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static bool IsBounded(string value)
    {
        string[] parts = value.Split(':');
        return parts.Length == 1 ? Number(parts[0]) is > 0 and <= StartupsFull
            : parts.Length == 3 && Number(parts[0]) is > 0 and <= StartupsBegin && Number(parts[2]) is > 0 and <= StartupsFull;
    }
}
