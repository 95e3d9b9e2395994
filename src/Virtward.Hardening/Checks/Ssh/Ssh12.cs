using System.Collections.Immutable;
using System.Globalization;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-12.</summary>
public static class Ssh12
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-12",
        Severity = Severity.Low,
        Title = "sessions that are dead or idle end",
        Why = "A shell of root left open on somebody's desk is a shell of root for whoever sits down there. ClientAliveInterval ends only connections whose other end is gone: an idle one answers it, and needs ChannelTimeout.",
        References =
        [
            "CIS RHEL 9 v2.0.0 5.1.9",
            "CIS Debian 12 v1.1.0 5.1.7",
            "DISA STIG RHEL 9 RHEL-09-255095", "DISA STIG RHEL 9 RHEL-09-255100",
        ],
        Judge = Judge,
    };

    private const int LongestInterval = 600;

    internal static readonly ImmutableArray<SshRule> Rules =
    [
        new("ClientAliveInterval", static value => SshTime.Seconds(value) is > 0 and <= LongestInterval, "300", "a connection whose other end is gone is never ended"),
        new("ClientAliveCountMax", static value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most is > 0 and <= 5, "2", "a connection that does not answer is not ended"),
        new("UnusedConnectionTimeout", static value => value != "none" && SshTime.Seconds(value) is > 0, "5m", "a connection without any session stays for ever"),
    ];

    internal static readonly SshRule Idle = new("ChannelTimeout", static value => value != "none", "session:*=30m", "an idle session stays for ever");

    private static Outcome Judge(AuditFacts facts)
    {
        Outcome outcome = SshJudge.Settings(facts, Rules);
        if (outcome.Status is Status.NotApplicable or Status.Unknown)
        {
            return outcome;
        }

        // sshd does not print ChannelTimeout where it is not set; the version that brought it brought UnusedConnectionTimeout too.
        IEnumerable<Finding> idle = facts.Ssh.Instances.Where(static instance => instance.Everybody.Knows("unusedconnectiontimeout") == true
                && (instance.Everybody.Value(Idle.Keyword) is not string value || !Idle.Good(value)))
            .Select(instance => new Finding(Idle.Name + instance.Suffix, Idle.What, SshRemedy.Set(facts, instance, [Idle.Keyword], Idle.Line)) { Evidence = instance.Everybody.Evidence(Idle.Keyword) });
        return Outcome.Of([.. outcome.Findings, .. idle], outcome.Reason, outcome.Unseen);
    }
}
