using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Firewall;

/// <summary>The change that closes the host by a firewall of our own.</summary>
public static class FirewallChange
{
    /// <summary>What it is called.</summary>
    public const string Id = "firewall";

    /// <summary>The checks that it answers.</summary>
    public static readonly ImmutableArray<string> Checks =
    [
        "EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-06", "EXP-07", "EXP-08", "EXP-09", "EXP-10", "EXP-11", "EXP-13", "EXP-14", "EXP-15", "EXP-20",
        "FW-01", "FW-02", "FW-03", "FW-04", "FW-05", "FW-06", "FW-07", "FW-08", "FW-15", "FW-20", "V6-01", "V6-03", "V6-04", "VPN-03",
    ];

    // Where the policy leaves open what the host itself sends.
    private static readonly ImmutableArray<string> OfOutput = ["EXP-20", "FW-04"];

    /// <summary>Makes it, whether or not the host has it already; null where the policy says that we keep out.</summary>
    /// <param name="policy">What the host should be.</param>
    /// <param name="facts">What it is.</param>
    public static Change? Of(HostPolicy policy, AuditFacts facts)
    {
        if (!policy.Firewall.Managed)
        {
            return null;
        }

        return new Change(Id, "close the host by a firewall of our own", "What no zone was given is refused, on every interface, by IPv4 and IPv6, at boot too.")
        {
            Checks = policy.Firewall.Output is null ? Checks.RemoveRange(OfOutput) : Checks,
            Risk = ChangeRisk.LockOut,
            Steps = [new FirewallStep(PolicyFirewall.Script(policy, facts, PolicyParts.Of(facts.Exposure.Ruleset))) { Rules = RulesFile(policy, facts) }],
            Lasting =
            [
                new FileStep(FirewallUnit.RulesPath, RulesFile(policy, facts), UnixFileMode.UserRead | UnixFileMode.UserWrite),
                new FileStep(FirewallUnit.Path, FirewallUnit.Text, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead),
                new UnitStep(FirewallUnit.Name, UnitBoot.Enabled, null),
            ],
        };
    }

    /// <summary>What <see cref="FirewallUnit.RulesPath"/> is to hold: the same host and policy give the same text, whatever rules are in force.</summary>
    public static string RulesFile(HostPolicy policy, AuditFacts facts) =>
        "#!/usr/sbin/nft -f\n# Written by Virtward from the policy; made anew by virtward apply. Tables of others are left alone.\n" + PolicyFirewall.Script(policy, facts, PolicyParts.None);
}
