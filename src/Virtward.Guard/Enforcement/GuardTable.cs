using System.Globalization;
using System.Text;
using Virtward.Core.Host;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// The guard's part of the table <c>inet virtward</c>: its names, and the scripts that make it. Other parts of Virtward keep their own
/// chains in the same table; nothing here touches them.
/// </summary>
public static class GuardTable
{
    /// <summary>The table, of family inet.</summary>
    public const string Name = "virtward";

    /// <summary>The base chain.</summary>
    public const string Chain = "guard_prerouting";

    /// <summary>The named counter of everything that bans have dropped.</summary>
    public const string Counter = "guard_dropped";

    /// <summary>
    /// The chain's priority. After the reassembly of fragments (-400), so that ports are known in every packet; before raw (-300), so that
    /// a banned packet costs no <c>notrack</c> rule, no connection tracking (-200) and no DNAT (-100): the source is the one on the wire,
    /// and packets to guests behind this host are met as well as those to the host itself.
    /// </summary>
    public const int Priority = -350;

    // Names that begin so are ours alone: what is not wanted of them is deleted.
    private static readonly string[] SetPrefixes = ["ban4_", "ban6_"];

    /// <summary>Writes the script that makes the chain and the sets as they must be, from whatever is there; as one transaction it leaves no gap.</summary>
    /// <param name="present">What the table holds now.</param>
    /// <param name="sets">The sets that are needed; other guard sets are deleted.</param>
    /// <param name="dropped">Where the total counter begins if it has to be made anew.</param>
    /// <param name="counting">Whether elements shall count (nftables 0.9.5 and Linux 5.7).</param>
    public static string Script(FirewallTable present, IEnumerable<GuardSet> sets, PacketCount dropped, bool counting)
    {
        var wanted = sets.ToDictionary(static set => set.Name);
        var script = new StringBuilder();
        // Flags are given as none: that wakes a table that somebody made dormant.
        Line(script, $"add table inet {Name}");
        Line(script, $"add counter inet {Name} {Counter} {{ packets {dropped.Packets} bytes {dropped.Bytes} }}");
        RemoveChain(script, present);
        RemoveSets(script, present, (name, set) => !wanted.TryGetValue(name, out GuardSet guard) || !guard.Fits(set));
        foreach (GuardSet set in wanted.Values)
        {
            string type = set.IsV4 ? "ipv4_addr" : "ipv6_addr";
            bool counts = present.Sets.TryGetValue(set.Name, out FirewallSet made) && set.Fits(made) ? made.Counts : counting;
            Line(script, $"add set inet {Name} {set.Name} {{ type {type}; flags timeout; {(counts ? "counter; " : "")}}}");
        }

        Line(script, $"add chain inet {Name} {Chain} {{ type filter hook prerouting priority {Priority}; policy accept; }}");
        Line(script, $"add rule inet {Name} {Chain} iifname \"lo\" accept");
        foreach (GuardSet set in wanted.Values)
        {
            foreach (string ports in set.Ports.Matches())
            {
                Line(script, $"add rule inet {Name} {Chain} {ports}{set.SourceMatch} counter name {Counter} drop");
            }
        }

        return script.ToString();
    }

    /// <summary>How many rules the script makes.</summary>
    public static int Rules(IEnumerable<GuardSet> sets) => 1 + sets.Sum(static set => set.Ports.Matches().Count());

    /// <summary>Writes the script that removes all that the guard has made, and leaves the rest of the table; empty where there is nothing.</summary>
    public static string Removal(FirewallTable present, bool counter)
    {
        var script = new StringBuilder();
        RemoveChain(script, present);
        RemoveSets(script, present, static (_, _) => true);
        if (counter)
        {
            Line(script, $"delete counter inet {Name} {Counter}");
        }

        return script.ToString();
    }

    private static void RemoveChain(StringBuilder script, FirewallTable present)
    {
        if (present.Chains.ContainsKey(Chain))
        {
            Line(script, $"flush chain inet {Name} {Chain}");
            Line(script, $"delete chain inet {Name} {Chain}");
        }
    }

    private static void RemoveSets(StringBuilder script, FirewallTable present, Func<string, FirewallSet, bool> goes)
    {
        foreach ((string name, FirewallSet set) in present.Sets)
        {
            if (SetPrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && goes(name, set))
            {
                Line(script, $"delete set inet {Name} {name}");
            }
        }
    }

    private static void Line(StringBuilder script, FormattableString line) =>
        script.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
