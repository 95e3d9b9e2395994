using System.Collections.Immutable;
using System.Globalization;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>What the checks ask about ways from one zone to another, and how they tell it.</summary>
internal static class Ways
{
    // Of 65,536: what lets more than half of them through has no rule for them.
    private const int Half = 32768;

    /// <summary>What a zone gets through to of another, as the matrix has it; null: there is no such zone.</summary>
    public static Cell? Between(AuditFacts facts, string from, string to) =>
        facts.Exposure.Report?.Paths.FirstOrDefault(row => row.Endpoint.Destination?.Name == to)?.Cells.FirstOrDefault(cell => cell.Zone == from);

    /// <summary>Whether ports that nobody can have meant one by one are open: no rule refuses what no rule names.</summary>
    public static bool IsByDefault(Cell cell) => Reach.Is(cell) && cell.Ports.Any(static one => ProtocolNames.HasPorts(one.Protocol) && IsByDefault(one.Ports));

    /// <summary>Whether more than half of all ports are in a set.</summary>
    public static bool IsByDefault(PortSet ports) => ports.Ranges.Aggregate(0L, static (sum, range) => sum + (long)(range.Last - range.First) + 1) > Half;

    /// <summary>Whether somebody gets through, and the policy does not declare all of it.</summary>
    public static bool IsUndeclared(Cell cell) => Reach.Is(cell) && cell.Concern != Concern.Fine;

    /// <summary>A finding that a zone gets through to another.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="cell">Who gets through.</param>
    /// <param name="to">The zone's name that is reached.</param>
    /// <param name="summary">What the remedy does.</param>
    public static Finding Finding(AuditFacts facts, Cell cell, string to, string summary)
    {
        string[] into = [.. facts.Zones.Find(to)?.Entries.Select(static entry => entry.Interface).Distinct() ?? []];
        return new Finding(
            $"{cell.Zone} to {to}", $"{Reach.Words(cell.Zone)} ({cell.Words}) {Verb(cell.Zone)} through to {Reach.Words(to)}: {cell.OpenPorts}{(cell.Bridged ? ", by a bridge alone" : "")}",
            Remedy(facts, [.. cell.Via.Where(static device => device != "host")], into, summary))
        {
            Evidence = [.. RuleEvidence.Of(facts, cell)],
        };
    }

    /// <summary>Drops what goes from some interfaces to others, in a table of our own.</summary>
    public static Remedy Remedy(AuditFacts facts, IReadOnlyCollection<string> from, IReadOnlyCollection<string> to, string summary) => FirewallRemedies.OwnTable(
        facts, summary, "forward", -10,
        $"{(from.Count > 0 ? $"iifname {FirewallRemedies.Names(from)} " : "")}{(to.Count > 0 ? $"oifname {FirewallRemedies.Names(to)} " : "")}ct state new ct status ! dnat drop", Risk.Guests);

    /// <summary>Findings that a zone gets to the addresses of another without a forward that somebody declared, by the host's routing.</summary>
    public static IEnumerable<Finding> Direct(AuditFacts facts, string from, string to, string summary) =>
        Between(facts, from, to) is Cell cell && IsUndeclared(cell) && !cell.Bridged ? [Finding(facts, cell, to, summary)] : [];

    /// <summary>Why it is not proved that a way is closed; null: it is open, or closed for sure.</summary>
    public static string? Doubt(Cell? cell, string to) => cell is not null && Reach.IsUnproven(cell)
        ? $"whether {Reach.Words(cell.Zone)} {Verb(cell.Zone)} through to {Reach.Words(to)} hangs on a rule that cannot be interpreted ({string.Join("; ", cell.Sets.DependsOn.Take(2))})" : null;

    /// <summary>The open ports of a set that are outside of what is allowed.</summary>
    public static PortSet Beyond(ImmutableArray<ProtocolPorts> open, int protocol, IEnumerable<int> allowed)
    {
        PortSet ports = open.FirstOrDefault(one => one.Protocol == protocol)?.Ports ?? PortSet.Empty;
        PortSet closed = ports.Inverse();
        return closed.Union(PortSet.Of(allowed.Select(static port => ValueRange.Single((UInt128)port)))).Inverse();
    }

    /// <summary>A port's number as text.</summary>
    public static string Text(UInt128 port) => port.ToString(CultureInfo.InvariantCulture);

    private static string Verb(string zone) => zone is Zone.Guests or Zone.Containers ? "get" : "gets";
}
