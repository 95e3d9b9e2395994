using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Net;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>SSH-08.</summary>
public static class Ssh08
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SSH-08",
        Severity = Severity.Medium,
        Title = "sshd limits each source by itself",
        Why = "A limit on all connections together punishes everybody for one scanner: it fills the slots, and the administrator waits. A limit per source, and penalties for sources that fail, leave the slots to those who log in.",
        Judge = Judge,
    };

    private const int MaxPerSource = 10;
    private const int WidestV6 = 64;

    internal static readonly ImmutableArray<SshRule> Rules =
    [
        new("PerSourceMaxStartups", static value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most <= MaxPerSource, "3",
            "one source may take all connections that have not logged in"),
        new("PerSourceNetBlockSize", IsNetwork, "32:64", "each of the 2^64 IPv6 addresses of one network counts as a source of its own"),
        new("PerSourcePenalties", static value => value != "no", "yes", "sources that fail again and again are not refused for a while"),
    ];

    private static Outcome Judge(AuditFacts facts)
    {
        if (SshJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        SshView view = facts.Ssh.Instances[0].Everybody;
        return view.Problem is null && view.Knows("persourcemaxstartups") == false
            ? Outcome.NotApplicable("this OpenSSH knows no limits per source (8.5 brought them); the firewall has to limit: FW-15")
            : SshJudge.Settings(facts, Exempt(facts, view) is SshRule exempt ? [.. Rules, exempt] : Rules);
    }

    /// <summary>That sshd's penalties spare whoever must never be shut out; null: nobody is known, or this sshd has no penalties.</summary>
    internal static SshRule? Exempt(AuditFacts facts, SshView view)
    {
        Prefix[] needed = [.. Ban04.Needed(facts).Select(static one => one.Prefix).Distinct().Order()];
        return needed.Length == 0 || view.Knows("persourcepenaltyexemptlist") != true ? null
            : new SshRule("PerSourcePenaltyExemptList", value => Spares(value, needed), string.Join(',', needed), "sshd's penalties may shut the management network or the VPN out: a few typing errors there, and nobody gets in for minutes")
            {
                Severity = Severity.Low,
            };
    }

    private static bool Spares(string value, Prefix[] needed)
    {
        Prefix[] spared = [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static text => Prefix.TryParse(text, out Prefix prefix) ? prefix : (Prefix?)null).OfType<Prefix>()];
        return needed.All(one => spared.Any(prefix => prefix.Contains(one)));
    }

    private static bool IsNetwork(string value)
    {
        string[] parts = value.Split(':');
        return parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int v6) && v6 <= WidestV6;
    }
}
