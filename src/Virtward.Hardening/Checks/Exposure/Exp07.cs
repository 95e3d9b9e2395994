using System.Collections.Immutable;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-07.</summary>
public static class Exp07
{
    // What the snapshot calls qemu's own sockets that are no screen.
    private static readonly ImmutableArray<string> Channels = ["gdb", "monitor", "serial", "qmp"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-07",
        Severity = Severity.High,
        Title = "migration, network disks and qemu's own channels are reached by their peers only",
        Why = "A migration port takes a guest's memory, NBD its disk, and qemu's gdb stub, monitor and serial line are the guest itself: none of them asks who is there. They "
            + "are for the other hosts, by their own addresses.",
        Judge = Judge,
    };

    /// <summary>Whether it is qemu's gdb stub, monitor or serial line.</summary>
    internal static bool IsChannel(Endpoint endpoint) => Channels.Any(name => endpoint.Service.Name == name || endpoint.Service.Name.StartsWith(name + " of ", StringComparison.Ordinal));

    private static Outcome Judge(AuditFacts facts)
    {
        ImmutableArray<ExposureRow> rows = [.. Reach.Rows(facts).Where(static row => row.Endpoint.Place == EndpointPlace.Host && (row.Endpoint.Service.Kind == ServiceKind.Migration || IsChannel(row.Endpoint)))];
        string seen = rows.IsEmpty ? "no migration, NBD, gdb, monitor or serial socket of qemu listens on a network now"
            : $"{string.Join(", ", rows.Select(static row => Reach.Name(row.Endpoint)).Take(6))}: reached by neither strangers nor guests";
        Outcome strangers = Reach.Judge(facts, rows, seen, Reach.Processes(facts), static _ => null, Zone.Internet, Zone.Guests, Zone.Containers);
        // Whoever is in the management network may administer the host, not read a guest's memory: the peers are single addresses.
        Outcome near = Reach.Judge(
            facts, rows.Where(static row => IsChannel(row.Endpoint) && !row.Cells.Any(static cell => cell.Zone is Zone.Internet or Zone.Guests or Zone.Containers && Reach.Is(cell))),
            seen, null, static _ => Severity.Medium, Zone.Management, Zone.Vpn);
        return Outcome.Of([.. strangers.Findings, .. near.Findings], seen, strangers.Status == Status.Unknown ? strangers.Reason : strangers.Unseen);
    }
}
