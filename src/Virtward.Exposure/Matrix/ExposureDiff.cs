using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;

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
            if (!was.Equals(isNow) || portsBefore != portsNow)
            {
                changes.Add(new ExposureChange(endpoints[key], any.Zone, isNow.Subtract(was), was.Subtract(isNow))
                {
                    Before = old.GetValueOrDefault(key)?.Words ?? "nobody",
                    After = now.GetValueOrDefault(key)?.Words ?? "nobody",
                    PortsBefore = portsBefore,
                    PortsAfter = portsNow,
                });
            }
        }

        return new ExposureDiff([.. changes.OrderBy(static change => change.Opened.IsEmpty)]);
    }

    private static PrefixSet Reaches(Cell? cell) => cell is null || cell.Concern == Concern.Closed
        ? PrefixSet.Empty
        : cell.Sets.Accepted.Union(cell.Sets.Limited).Union(cell.Sets.Unproven);

    private static Dictionary<string, Cell> Cells(ExposureReport report)
    {
        var cells = new Dictionary<string, Cell>(StringComparer.Ordinal);
        foreach (ExposureRow row in report.Rows)
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
        foreach (ExposureRow row in report.Rows)
        {
            foreach (ZoneView zone in report.Zones)
            {
                endpoints[Key(row.Endpoint, zone.Name)] = row.Endpoint;
            }
        }

        return endpoints;
    }

    // A listener is known by its port, a guest by its name; processes come and go under one service.
    private static string Key(Endpoint endpoint, string zone) =>
        $"{endpoint.Place} {(endpoint.Place == EndpointPlace.Guest ? endpoint.Owner : "")} {endpoint.PortText} {endpoint.BoundDevice} {zone}";
}
