using System.Collections.Immutable;
using System.Globalization;
using Virtward.Exposure.Rulesets;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;
using Family = Virtward.Exposure.Rulesets.Family;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>Who bans on this host.</summary>
internal static class BanEngines
{
    /// <summary>Virtward's own unit.</summary>
    public const string VirtwardUnit = "virtward.service";

    /// <summary>Fail2Ban's unit.</summary>
    public const string Fail2BanUnit = "fail2ban.service";

    private static readonly string[] OtherUnits = ["crowdsec.service", "sshguard.service", "denyhosts.service"];

    /// <summary>Whether Virtward's guard runs.</summary>
    public static bool Virtward(AuditFacts facts) => facts.Units.IsActive(VirtwardUnit);

    /// <summary>Whether Fail2Ban runs, or is meant to.</summary>
    public static bool Fail2Ban(AuditFacts facts) => facts.Units.IsActive(Fail2BanUnit) || facts.Units.IsEnabled(Fail2BanUnit);

    /// <summary>Another that runs; null: none that is known.</summary>
    public static string? Other(AuditFacts facts) => OtherUnits.FirstOrDefault(facts.Units.IsActive);

    /// <summary>The units of ban engines that there are on this host, with their states; where there is none, that there is none.</summary>
    public static IEnumerable<Evidence> Installed(AuditFacts facts)
    {
        Evidence[] installed = [.. OtherUnits.Prepend(Fail2BanUnit).Prepend(VirtwardUnit).Where(unit => facts.Units.Find(unit) is not null)
            .Select(unit => new Evidence(EvidenceKind.Unit, unit, facts.Units.Find(unit)!.Told))];
        return installed.Length > 0 ? installed : [new Evidence(EvidenceKind.Unit, "units of ban engines", "none is installed: no Fail2Ban, CrowdSec, SSHGuard, DenyHosts or Virtward")];
    }

    /// <summary>What cannot be said because it is not known what runs, or what runs cannot be read; null: go on.</summary>
    public static Outcome? Without(AuditFacts facts)
    {
        if (facts.Units.Problem is string problem)
        {
            return Outcome.Unknown($"which ban engine runs is not known: {problem}");
        }

        if (!Virtward(facts) && !Fail2Ban(facts))
        {
            return Other(facts) is string other
                ? Outcome.Unknown($"{other} runs, and virtward does not read its configuration")
                : Outcome.NotApplicable("no ban engine runs (BAN-01 says so)");
        }

        return null;
    }

    /// <summary>Why Fail2Ban's configuration is not known; null: it is.</summary>
    public static string? Fail2BanUnseen(AuditFacts facts) =>
        facts.Guarding.Fail2Ban is null ? "Fail2Ban runs, and its configuration was not read" : facts.Guarding.Fail2Ban.Problem;

    /// <summary>The chain of Virtward's table that the bans hang on; null: there is none.</summary>
    public static Chain? GuardChain(Ruleset ruleset) => ruleset.Tables
        .Where(static table => table.Family == Family.Inet && table.Name == "virtward" && !table.Dormant)
        .SelectMany(static table => table.Chains).FirstOrDefault(static chain => chain.Name == "guard_prerouting" && chain.Base is { Hook: Hook.Prerouting });

    /// <summary>The ports that sshd listens on for others than this host.</summary>
    public static ImmutableArray<int> SshPorts(AuditFacts facts) =>
        [.. facts.Host.Listeners.Where(static listener => listener.Purpose == "ssh" && listener.Protocol == "tcp" && !listener.Loopback)
            .Select(static listener => listener.Port).Distinct().Order()];

    /// <summary>Whether a jail's <c>port</c> takes a port.</summary>
    public static bool Takes(string ports, int port) => ports.Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Any(part =>
    {
        string[] ends = part.Split([':', '-'], 2);
        return Number(ends[0]) is int first && (ends.Length == 1 ? first : Number(ends[1])) is int last && port >= first && port <= last;
    });

    /// <summary>Where a jail says something; where it does not, that it does not.</summary>
    public static Evidence Told(Fail2BanJail jail, string key) =>
        jail.Find(key) is FoundSetting setting ? setting.Evidence : Evidence.OfSetting($"{key} of jail {jail.Name}", "(not set)");

    // The names that a jail of sshd is given.
    private static int? Number(string text) => text.Trim() switch
    {
        "ssh" => 22,
        "all" or "any" => 0,
        string other => int.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null,
    };
}
