using System.Collections.Immutable;
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

    /// <summary>The base chain of whatever meets the host's IP layer.</summary>
    public const string Chain = "guard_prerouting";

    /// <summary>
    /// The base chain of what comes in at the uplinks of bridges: frames to guests that meet no IP layer here. It is there only while
    /// there are such devices. A packet that is dropped at it never gets to the other one: nothing is counted twice.
    /// </summary>
    public const string Ingress = "guard_ingress";

    /// <summary>The named counter of everything that bans have dropped.</summary>
    public const string Counter = "guard_dropped";

    /// <summary>
    /// The chain's priority. After the reassembly of fragments (-400), so that ports are known in every packet; before raw (-300), so that
    /// a banned packet costs no <c>notrack</c> rule, no connection tracking (-200) and no DNAT (-100): the source is the one on the wire,
    /// and packets to guests behind this host are met as well as those to the host itself.
    /// </summary>
    public const int Priority = -350;

    // IFNAMSIZ, the final NUL taken off.
    private const int MaxDevice = 15;

    // Names that begin so are ours alone: what is not wanted of them is deleted.
    private static readonly string[] SetPrefixes = ["ban4_", "ban6_"];

    /// <summary>Writes the script that makes the chain and the sets as they must be, from whatever is there; as one transaction it leaves no gap.</summary>
    /// <param name="present">What the table holds now.</param>
    /// <param name="sets">The sets that are needed; other guard sets are deleted.</param>
    /// <param name="dropped">Where the total counter begins if it has to be made anew.</param>
    /// <param name="counting">Whether elements shall count (nftables 0.9.5 and Linux 5.7).</param>
    /// <param name="uplinks">The devices of the ingress chain, which <see cref="CanName"/> allows (nftables 0.9.7 and Linux 5.10); empty for none.</param>
    public static string Script(
        FirewallTable present, IEnumerable<GuardSet> sets, PacketCount dropped, bool counting, ImmutableArray<string> uplinks)
    {
        var wanted = sets.ToDictionary(static set => set.Name);
        var script = new StringBuilder();
        // Flags are given as none: that wakes a table that somebody made dormant.
        Line(script, $"add table inet {Name}");
        Line(script, $"add counter inet {Name} {Counter} {{ packets {dropped.Packets} bytes {dropped.Bytes} }}");
        RemoveChains(script, present);
        RemoveSets(script, present, (name, set) => !wanted.TryGetValue(name, out GuardSet guard) || !guard.Fits(set));
        foreach (GuardSet set in wanted.Values)
        {
            string type = set.IsV4 ? "ipv4_addr" : "ipv6_addr";
            bool counts = present.Sets.TryGetValue(set.Name, out FirewallSet made) && set.Fits(made) ? made.Counts : counting;
            Line(script, $"add set inet {Name} {set.Name} {{ type {type}; flags timeout; {(counts ? "counter; " : "")}}}");
        }

        Line(script, $"add chain inet {Name} {Chain} {{ type filter hook prerouting priority {Priority}; policy accept; }}");
        Line(script, $"add rule inet {Name} {Chain} iifname \"lo\" accept");
        AddDrops(script, Chain, wanted.Values);
        if (!uplinks.IsEmpty)
        {
            // Quoted names in braces are understood since nftables 1.0.2, a single one since there are such chains.
            string devices = uplinks.Length == 1 ? $"device \"{uplinks[0]}\"" : $"devices = {{ \"{string.Join("\", \"", uplinks)}\" }}";
            Line(script, $"add chain inet {Name} {Ingress} {{ type filter hook ingress {devices} priority {Priority}; policy accept; }}");
            AddDrops(script, Ingress, wanted.Values);
        }

        return script.ToString();
    }

    /// <summary>How many rules the script makes in the chain at prerouting.</summary>
    public static int Rules(IEnumerable<GuardSet> sets) => 1 + IngressRules(sets);

    /// <summary>How many rules the script makes in the chain at ingress.</summary>
    public static int IngressRules(IEnumerable<GuardSet> sets) => sets.Sum(static set => set.Ports.Matches().Count());

    /// <summary>
    /// Whether a device's name may stand in a script, in quotes. Whoever names a device must not write rules; a star would mean other
    /// devices too.
    /// </summary>
    public static bool CanName(string device) =>
        device.Length is > 0 and <= MaxDevice && device.All(static c => c is > ' ' and < '\x7f' and not ('"' or '*' or '\\'));

    /// <summary>Writes the script that removes all that the guard has made, and leaves the rest of the table; empty where there is nothing.</summary>
    public static string Removal(FirewallTable present, bool counter)
    {
        var script = new StringBuilder();
        RemoveChains(script, present);
        RemoveSets(script, present, static (_, _) => true);
        if (counter)
        {
            Line(script, $"delete counter inet {Name} {Counter}");
        }

        return script.ToString();
    }

    private static void AddDrops(StringBuilder script, string chain, IEnumerable<GuardSet> sets)
    {
        foreach (GuardSet set in sets)
        {
            foreach (string ports in set.Ports.Matches())
            {
                Line(script, $"add rule inet {Name} {chain} {ports}{set.SourceMatch} counter name {Counter} drop");
            }
        }
    }

    private static void RemoveChains(StringBuilder script, FirewallTable present)
    {
        foreach (string chain in (ReadOnlySpan<string>)[Chain, Ingress])
        {
            if (present.Chains.ContainsKey(chain))
            {
                Line(script, $"flush chain inet {Name} {chain}");
                Line(script, $"delete chain inet {Name} {chain}");
            }
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
