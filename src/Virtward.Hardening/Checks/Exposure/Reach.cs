using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>What the checks of this folder ask the matrix, and how they tell it.</summary>
internal static class Reach
{
    /// <summary>Why it cannot be said who reaches what; null: it can.</summary>
    public static string? Unknown(AuditFacts facts)
    {
        if (facts.Exposure.Problem is string problem)
        {
            return problem;
        }

        foreach (string needed in (ReadOnlySpan<string>)[SnapshotNames.Links, SnapshotNames.Addresses, SnapshotNames.Routes, SnapshotNames.Listeners])
        {
            if (facts.Host.Missing.TryGetValue(needed, out string? reason) && facts.Snapshot.Text(needed) is null)
            {
                return $"{needed} is missing: {reason}";
            }
        }

        return facts.Zones.Zones.All(static zone => zone.Entries.IsEmpty) ? "no interface belongs to any zone" : null;
    }

    /// <summary>Whether the host has a zone with a way in.</summary>
    public static bool Has(AuditFacts facts, string zone) => facts.Zones.Find(zone) is { Entries.IsEmpty: false };

    /// <summary>The rows of the matrix.</summary>
    public static ImmutableArray<ExposureRow> Rows(AuditFacts facts) => facts.Exposure.Report?.Rows ?? [];

    /// <summary>The cell of a zone; null: there is no such zone.</summary>
    public static Cell? Cell(ExposureRow row, string zone) => row.Cells.FirstOrDefault(cell => cell.Zone == zone);

    /// <summary>Whether somebody is known to get in, be it by time or luck.</summary>
    public static bool Is(Cell cell) => cell.Concern != Concern.Closed && !(cell.Sets.Accepted.IsEmpty && cell.Sets.Limited.IsEmpty);

    /// <summary>Whether somebody may get in, by a rule that cannot be interpreted.</summary>
    public static bool IsUnproven(Cell cell) => cell.Concern != Concern.Closed && !Is(cell);

    /// <summary>Whether a socket of the host is reached from a zone.</summary>
    public static bool From(ExposureRow row, string zone) => Cell(row, zone) is Cell cell && Is(cell);

    /// <summary>
    /// Whether a zone is meant to reach an endpoint: the matrix says so (the VPN from the Internet, names and addresses from guests, what the policy declares), or it is an
    /// edge host, where what serves the web is there for that.
    /// </summary>
    public static bool Declared(AuditFacts facts, ExposureRow row, string zone) =>
        (facts.Profile == Profile.Edge && zone == Zone.Internet && row.Endpoint.Service.Kind == ServiceKind.Web)
        || (zone is Zone.Internet or Zone.Guests or Zone.Containers && Cell(row, zone) is { Concern: Concern.Fine });

    /// <summary>The subject of a finding: <c>tcp 22</c>, <c>udp 67 on virbr0</c>.</summary>
    public static string Subject(Endpoint endpoint) =>
        $"{endpoint.PortText.Replace('/', ' ')}{(endpoint.BoundDevice is null ? "" : $" on {endpoint.BoundDevice}")}";

    /// <summary>A service for people: <c>ssh (tcp 22, sshd, ssh.service)</c>.</summary>
    public static string Name(Endpoint endpoint)
    {
        string what = endpoint.Service.Name.Length > 0 ? endpoint.Service.Name : "a service";
        return $"{what} ({endpoint.PortText.Replace('/', ' ')}{(endpoint.Owner.Length > 0 && endpoint.Owner != endpoint.Service.Name ? $", {endpoint.Owner}" : "")})";
    }

    /// <summary>A zone for people: <c>the Internet</c>, <c>the guests</c>.</summary>
    public static string Words(string zone) => zone switch
    {
        Zone.Internet => "the Internet",
        Zone.Management => "the management network",
        Zone.Vpn => "the VPN",
        Zone.Guests => "the guests",
        Zone.Containers => "the containers",
        _ => $"zone {zone}",
    };

    /// <summary>A finding about a socket that somebody of some zones reaches.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="row">The socket.</param>
    /// <param name="zones">The zones it is about.</param>
    public static Finding Finding(AuditFacts facts, ExposureRow row, params ReadOnlySpan<string> zones)
    {
        var cells = new List<Cell>();
        foreach (string zone in zones)
        {
            if (Cell(row, zone) is Cell cell && Is(cell))
            {
                cells.Add(cell);
            }
        }

        string who = string.Join("; ", cells.Select(cell => $"{Words(cell.Zone)} ({cell.Words})"));
        string ports = row.Endpoint.Ports.IsSingle ? "" : $" at {string.Join("; ", cells.Select(static cell => cell.OpenPorts).Distinct())}";
        return new Finding(Subject(row.Endpoint), $"{Name(row.Endpoint)} is reached from {who}{ports}", FirewallRemedies.Close(facts, row.Endpoint, cells))
        {
            Evidence = [.. Sockets(facts, row.Endpoint), .. cells.SelectMany(cell => RuleEvidence.Of(facts, cell))],
        };
    }

    /// <summary>The sockets of an endpoint, as ss(8) writes them.</summary>
    public static IEnumerable<Evidence> Sockets(AuditFacts facts, Endpoint endpoint)
    {
        Listener[] listeners =
        [
            .. facts.Host.Listeners.Where(listener => endpoint.Place == EndpointPlace.Host && listener.Number == endpoint.Protocol
                && endpoint.Ports.Contains((UInt128)listener.Port) && listener.Device == endpoint.BoundDevice && !listener.Loopback).Take(4),
        ];
        foreach (Listener listener in listeners)
        {
            string process = listener.Processes.IsEmpty ? "no process to be seen" : $"{listener.Processes[0].Name}";
            string unit = listener.Container ?? listener.Unit ?? "";
            yield return new Evidence(EvidenceKind.Socket, listener.ToString(), unit.Length > 0 ? $"{process}, {unit}" : process);
        }

        if (listeners.Length == 0)
        {
            string what = endpoint.Place is EndpointPlace.Guest or EndpointPlace.Container ? endpoint.Owner : $"forwarded {endpoint.Owner}".Trim();
            yield return new Evidence(EvidenceKind.Socket, $"{endpoint.PortText} at {string.Join(", ", endpoint.Addresses.Take(4))}", what);
        }
    }

    /// <summary>A check on rows: a finding for each that is reached from one of the zones, unproven ones as unseen.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="rows">The rows it is about.</param>
    /// <param name="seen">What is said where none is reached.</param>
    /// <param name="unseen">What besides could not be seen; null: nothing.</param>
    /// <param name="severity">How bad it is for a row, where that is not as the check says.</param>
    /// <param name="zones">The zones.</param>
    public static Outcome Judge(
        AuditFacts facts, IEnumerable<ExposureRow> rows, string seen, string? unseen, Func<ExposureRow, Severity?> severity, params string[] zones)
    {
        if (Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        var findings = new List<Finding>();
        List<string> doubts = unseen is null ? [] : [unseen];
        foreach (ExposureRow row in rows)
        {
            string[] asked = [.. zones.Where(zone => !Declared(facts, row, zone))];
            if (asked.Any(zone => From(row, zone)))
            {
                findings.Add(Finding(facts, row, asked) with { Severity = severity(row) });
            }

            foreach (string zone in asked.Where(zone => Cell(row, zone) is Cell cell && IsUnproven(cell)))
            {
                doubts.Add($"whether {Words(zone)} reaches {Name(row.Endpoint)} hangs on a rule that cannot be interpreted ({string.Join("; ", Cell(row, zone)!.Sets.DependsOn.Take(2))})");
            }
        }

        return Outcome.Of(Merged(findings), seen, doubts.Count == 0 ? null : string.Join("; ", doubts.Take(4)));
    }

    /// <summary>Two programs at one port of different addresses are one finding.</summary>
    public static IEnumerable<Finding> Merged(IEnumerable<Finding> findings) => findings.GroupBy(static finding => finding.Subject)
        .Select(static group => group.First() with { What = string.Join("; ", group.Select(static one => one.What).Distinct()), Evidence = [.. group.SelectMany(static one => one.Evidence).Distinct()] });

    /// <summary>Which sockets belong to whom is seen by root only.</summary>
    public static string? Processes(AuditFacts facts) => facts.Host.Meta.Root ? null : "without root it is not to be seen which program holds a socket: some may be missed here";
}
