using Virtward.Exposure.Answers;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Matrix;

/// <summary>Says what would close the way from one zone to another.</summary>
internal static class PathRemedies
{
    /// <summary>Where packets pass from port to port of one bridge, which IP's rules are shown by br_netfilter only.</summary>
    public const string BetweenPorts =
        "between ports of one bridge, which IP's rules see only with br_netfilter: isolate the guests' ports (<port isolated='yes'/> in their interfaces), or drop it in a table of family bridge, at hook forward";

    /// <summary>The ways to close it.</summary>
    /// <param name="to">The zone that is reached.</param>
    /// <param name="cell">Who reaches it.</param>
    /// <param name="opener">The rule that lets them through; null: none does, nothing refuses.</param>
    /// <param name="ruleset">The host's rules.</param>
    public static IReadOnlyList<string> For(Destination to, Cell cell, Decision? opener, Ruleset ruleset)
    {
        var ways = new List<string>();
        string owner = opener is null ? "" : Remedies.OwnerOf(ruleset, opener);
        switch (owner)
        {
            case "firewalld":
                ways.Add("take forwarding out of the firewalld zone that both interfaces are in: firewall-cmd --permanent --zone=… --remove-forward; or give them a policy: firewall-cmd --permanent --new-policy=… with target DROP");
                break;
            case "libvirt":
                ways.Add("libvirt lets a network with NAT or routing go anywhere: its rule stays, and a drop in a table of your own goes before it");
                break;
            case "docker":
                ways.Add("drop it in the chain DOCKER-USER, which Docker runs first and leaves to you");
                break;
            default:
                if (opener is not null)
                {
                    ways.Add($"remove or narrow the rule \"{opener.Rule}\" ({TraceJson.Word(opener.Family)} {opener.Table}, chain {opener.Chain}, handle {opener.Handle})");
                }

                break;
        }

        if (to.Name == Zone.Host)
        {
            ways.Add($"or drop what nobody asked for in a table of your own: nft add rule inet MYTABLE input iifname {Remedies.Names(cell.Via)} ct state new drop, after what is to be allowed");
            return ways;
        }

        if (cell.Zone == Zone.Host)
        {
            ways.Add("or say in a table of your own what the host may call: a chain at hook output with policy drop, and accepts for what it needs");
            return ways;
        }

        ways.Add($"or drop it in a table of your own, which no other table's accept undoes: nft add rule inet MYTABLE forward iifname {Remedies.Names(cell.Via)} oifname {Remedies.Names(to.Interfaces)} drop");
        if (cell.Bridged)
        {
            ways.Add($"and {BetweenPorts}");
        }

        return ways;
    }
}
