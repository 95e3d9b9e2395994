using Virtward.Core.Policy;
using Virtward.Exposure.Zones;

namespace Virtward.Hardening.Firewall;

/// <summary>What becomes of what nothing lets through: counted, and of the Internet's some is logged.</summary>
internal static class Refusal
{
    /// <summary>The chain that logs.</summary>
    public const string Chain = "policy_refuse";

    /// <summary>What the lines in the log begin with: the filter <c>portscan</c> knows it.</summary>
    public const string LogPrefix = "virtward drop: ";

    /// <summary>The last rule for a zone.</summary>
    public static string Rule(HostPolicy policy, string zone) =>
        policy.Firewall.Log && zone == Zone.Internet ? $"goto {Chain}" : $"counter drop{FirewallText.Comment($"{zone}: the rest")}";

    /// <summary>The chain, where something is logged. A flood must not fill the disk: ten lines a second, of all sources and both directions together.</summary>
    public static IEnumerable<ChainText> Of(HostPolicy policy) => policy.Firewall.Log
        ?
        [
            new ChainText(Chain, null,
            [
                $"limit rate 10/second burst 20 packets log prefix \"{LogPrefix}\"",
                $"counter drop{FirewallText.Comment("internet: the rest")}",
            ]),
        ]
        : [];
}
