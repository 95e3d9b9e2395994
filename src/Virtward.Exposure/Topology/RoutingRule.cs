using Virtward.Core.Net;

namespace Virtward.Exposure.Topology;

/// <summary>A rule that says which table is looked up (<c>ip rule</c>).</summary>
/// <param name="V6">For IPv6, else IPv4.</param>
/// <param name="Priority">The order: lower is earlier.</param>
/// <param name="Table">The table's number; 0 where the rule acts by itself.</param>
public sealed record RoutingRule(bool V6, uint Priority, int Table)
{
    /// <summary>From where; null: anywhere.</summary>
    public Prefix? Source { get; init; }

    /// <summary>To where; null: anywhere.</summary>
    public Prefix? Destination { get; init; }

    /// <summary>The interface it came in by; null: any. <c>lo</c> means the host's own packets.</summary>
    public string? Iif { get; init; }

    /// <summary>The interface that the host's own packet is bound to; null: any.</summary>
    public string? Oif { get; init; }

    /// <summary>The mark, under the mask.</summary>
    public uint Mark { get; init; }

    /// <summary>The mark's mask; 0: not looked at.</summary>
    public uint MarkMask { get; init; }

    /// <summary>Holds where the rest does not.</summary>
    public bool Invert { get; init; }

    /// <summary>What it does by itself (<c>unreachable</c>, <c>prohibit</c>, <c>blackhole</c>); null: looks its table up.</summary>
    public RouteType? Action { get; init; }

    /// <summary>Goes on with the first rule of this priority instead of looking a table up (<c>goto</c>); null: looks up.</summary>
    public uint? Goto { get; init; }

    /// <summary>Takes no route whose destination is this long or shorter (<c>suppress_prefixlength</c>), as wg-quick has it; null: takes all.</summary>
    public int? Suppressed { get; init; }

    /// <summary>What of it could not be interpreted (ports, uid ranges, l3mdev); null: nothing. Such a rule makes the look-up unproven.</summary>
    public string? Opaque { get; init; }
}
