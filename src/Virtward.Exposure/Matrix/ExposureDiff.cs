using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Paths;

namespace Virtward.Exposure.Matrix;

/// <summary>What became reachable between two moments, and what not any more.</summary>
/// <param name="Changes">The changes, what opened first.</param>
public sealed record ExposureDiff(ImmutableArray<ExposureChange> Changes)
{
    /// <summary>Compares two reports of one host.</summary>
    public static ExposureDiff Between(ExposureReport before, ExposureReport after)
    {
        Dictionary<string, Cell> old = Cells(before);
        Dictionary<string, Cell> now = Cells(after);
        Dictionary<string, Endpoint> endpoints = Endpoints(before);
        foreach ((string key, Endpoint endpoint) in Endpoints(after))
        {
            endpoints[key] = endpoint;
        }

        var changes = new List<ExposureChange>();
        foreach (string key in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            PrefixSet was = Reaches(old.GetValueOrDefault(key));
            PrefixSet isNow = Reaches(now.GetValueOrDefault(key));
            Cell any = now.GetValueOrDefault(key) ?? old[key];
            string portsBefore = old.GetValueOrDefault(key)?.OpenPorts ?? "";
            string portsNow = now.GetValueOrDefault(key)?.OpenPorts ?? "";
            (bool wider, bool narrower) = Ports(old.GetValueOrDefault(key), now.GetValueOrDefault(key));
            if (!was.Equals(isNow) || wider || narrower)
            {
                changes.Add(new ExposureChange(endpoints[key], any.Zone, isNow.Subtract(was), was.Subtract(isNow))
                {
                    Before = old.GetValueOrDefault(key)?.Words ?? "nobody",
                    After = now.GetValueOrDefault(key)?.Words ?? "nobody",
                    PortsBefore = portsBefore,
                    PortsAfter = portsNow,
                    Wider = wider,
                    Narrower = narrower,
                });
            }
        }

        return new ExposureDiff([.. changes.OrderBy(static change => !change.Opens)]);
    }

    // What somebody reaches of a guest or a zone, where more than one port was asked about: whether it became more, and whether it became less.
    private static (bool Wider, bool Narrower) Ports(Cell? before, Cell? after)
    {
        (PortSet Ports, PrefixSet Places)[] was = Reached(before);
        (PortSet Ports, PrefixSet Places)[] now = Reached(after);
        bool wider = false;
        bool narrower = false;
        for (int protocol = 0; protocol < was.Length; protocol++)
        {
            wider |= !now[protocol].Ports.Union(was[protocol].Ports).Equals(was[protocol].Ports) || !now[protocol].Places.Subtract(was[protocol].Places).IsEmpty;
            narrower |= !was[protocol].Ports.Union(now[protocol].Ports).Equals(now[protocol].Ports) || !was[protocol].Places.Subtract(now[protocol].Places).IsEmpty;
        }

        return (wider, narrower);
    }

    private static (PortSet Ports, PrefixSet Places)[] Reached(Cell? cell) => cell is null || cell.Concern == Concern.Closed || cell.OpenPorts.Length == 0
        ? [.. PathQuestion.UsualProtocols.Select(static _ => (PortSet.Empty, PrefixSet.Empty)), (PortSet.Empty, PrefixSet.Empty)]
        :
        [
            .. PathQuestion.UsualProtocols.Select(protocol => (cell.Ports.FirstOrDefault(one => one.Protocol == protocol)?.Ports ?? PortSet.Empty, PrefixSet.Empty)),
            (cell.Ports.IsEmpty ? cell.Sets.OpenPorts : PortSet.Empty, cell.Sets.Destinations),
        ];

    private static PrefixSet Reaches(Cell? cell) => cell is null || cell.Concern == Concern.Closed
        ? PrefixSet.Empty
        : cell.Sets.Accepted.Union(cell.Sets.Limited).Union(cell.Sets.Unproven);

    private static Dictionary<string, Cell> Cells(ExposureReport report)
    {
        var cells = new Dictionary<string, Cell>(StringComparer.Ordinal);
        foreach (ExposureRow row in report.Rows.Concat(report.Paths))
        {
            foreach (Cell cell in row.Cells)
            {
                string key = Key(row.Endpoint, cell.Zone);
                // Two programs at one port of different addresses: the more open one speaks for both.
                if (!cells.TryGetValue(key, out Cell? known) || cell.Concern > known.Concern)
                {
                    cells[key] = cell;
                }
            }
        }

        return cells;
    }

    private static Dictionary<string, Endpoint> Endpoints(ExposureReport report)
    {
        var endpoints = new Dictionary<string, Endpoint>(StringComparer.Ordinal);
        foreach (ExposureRow row in report.Rows.Concat(report.Paths))
        {
            foreach (Cell cell in row.Cells)
            {
                endpoints[Key(row.Endpoint, cell.Zone)] = row.Endpoint;
            }
        }

        return endpoints;
    }

    // A listener is known by its port, a guest by its name; processes come and go under one service.
    private static string Key(Endpoint endpoint, string zone) =>
        $"{endpoint.Place} {(endpoint.Place is EndpointPlace.Guest or EndpointPlace.Container ? endpoint.Owner : endpoint.Destination?.Name ?? "")} {endpoint.PortText} {endpoint.BoundDevice} {zone}";
}
