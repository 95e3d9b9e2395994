using Virtward.Core.Results;
using Virtward.Exposure.Matrix;

namespace Virtward.Output;

/// <summary>The matrix of endpoints and zones as a person reads it: at most a screen, the worst first.</summary>
public static class ExposureText
{
    // Of 24 lines, two for the heads, an empty one, and two for what it comes to.
    private const int Screen = 19;
    private const int FewRows = 5;
    private const int MaxNotes = 3;
    private const int NoteWidth = 240;
    private const int CellWidth = 30;
    private const int LeastWidth = 12;
    private const int MaxPaths = 5;
    private const int PathWidth = 48;

    /// <summary>Writes the table, and below it what it comes to.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="report">The matrix.</param>
    /// <param name="all">Every endpoint, also those that nobody reaches, and every note.</param>
    /// <param name="width">How many characters a line of the screen takes; cells are cut so that rows fit where they can.</param>
    public static void Write(TextWriter to, ExposureReport report, bool all, int width = int.MaxValue)
    {
        if (!report.Gaps.IsEmpty)
        {
            to.WriteLine(Words.Unknown(report.Gaps));
        }

        (Endpoint To, Cell Cell)[] ways = [.. Paths(report).Where(way => all || way.Cell.Concern >= Concern.Look)];
        int below = report.Zones.Count(static zone => zone.Guess is not null) + Math.Min(report.Notes.Length, MaxNotes + 1) + (ways.Length == 0 ? 0 : Math.Min(ways.Length, MaxPaths + 1) + 2);
        int room = Math.Max(FewRows, Screen - below - (report.Gaps.IsEmpty ? 0 : 1));
        ExposureRow[] shown = [.. report.Rows.Where(row => all || row.Concern != Concern.Closed).Take(all ? int.MaxValue : room)];
        if (shown.Length == 0)
        {
            to.WriteLine(report.Rows.Length == 0 ? report.Gaps.IsEmpty ? "nothing listens here" : "no listener is known" : $"{Words.Count(report.Rows.Length, "endpoint")}, none of them reachable from any zone");
        }
        else
        {
            Fitting(CellWidth, width, cell =>
            {
                var table = new Columns(["", "endpoint", "port", .. report.Zones.Select(static zone => zone.Guess is null ? zone.Name : $"{zone.Name}?")]);
                foreach (ExposureRow row in shown)
                {
                    table.Add([Sign(row.Concern), Fit(Who(row.Endpoint), cell), row.Endpoint.PortText, .. row.Cells.Select(one => Told(one, cell))]);
                }

                return table;
            }).Write(to);
        }

        WritePaths(to, ways, all, width);
        to.WriteLine();
        Summarise(to, report, shown.Length, all);
    }

    // The widest cells with which rows fit, or the narrowest that say anything.
    private static Columns Fitting(int widest, int width, Func<int, Columns> make)
    {
        Columns table = make(widest);
        for (int cell = widest - 1; cell >= LeastWidth && table.Width > width; cell--)
        {
            table = make(cell);
        }

        return table;
    }

    /// <summary>The ways from zone to zone that are open, the worst first.</summary>
    private static IEnumerable<(Endpoint To, Cell Cell)> Paths(ExposureReport report) => report.Paths
        .SelectMany(static row => row.Cells.Select(cell => (To: row.Endpoint, Cell: cell)))
        .Where(static way => way.Cell.Concern != Concern.Closed)
        .OrderByDescending(static way => way.Cell.Concern);

    private static void WritePaths(TextWriter to, (Endpoint To, Cell Cell)[] ways, bool all, int width)
    {
        if (ways.Length == 0)
        {
            return;
        }

        to.WriteLine();
        Fitting(PathWidth, width, room =>
        {
            var table = new Columns("", "passed on by the rules", "who");
            foreach ((Endpoint endpoint, Cell cell) in ways.Take(all ? int.MaxValue : MaxPaths))
            {
                table.Add(Sign(cell.Concern), $"{Words.Safe(cell.Zone)} → {Words.Safe(endpoint.Name)} ({Fit(cell.OpenPorts, room)})", Fit(cell.Words, room));
            }

            return table;
        }).Write(to);
        if (!all && ways.Length > MaxPaths)
        {
            to.WriteLine($"and {Words.Count(ways.Length - MaxPaths, "way")} more: virtward exposure --all");
        }
    }

    private static void Summarise(TextWriter to, ExposureReport report, int shown, bool all)
    {
        int wrong = report.Rows.Count(static row => row.Concern == Concern.Wrong);
        int look = report.Rows.Count(static row => row.Concern == Concern.Look);
        int closed = report.Rows.Count(static row => row.Concern == Concern.Closed);
        to.WriteLine($"{Words.Count(report.Rows.Length, "endpoint")}: {wrong} reachable that should not be (!!), {look} to look at (!), {closed} closed to every zone.{Words.Ways(report)}");
        if (!all && shown < report.Rows.Length - closed)
        {
            int more = report.Rows.Length - closed - shown;
            to.WriteLine($"{more} more {(more == 1 ? "is" : "are")} reachable: virtward exposure --all");
        }

        foreach (ZoneView zone in report.Zones.Where(static zone => zone.Guess is not null))
        {
            to.WriteLine($"{zone.Name}? is a guess: {zone.Guess}");
        }

        foreach (Problem note in report.Notes.Take(all ? int.MaxValue : MaxNotes))
        {
            to.WriteLine($"note: {Fit(Words.Safe(note.ToString()), all ? int.MaxValue : NoteWidth)}");
        }

        if (!all && report.Notes.Length > MaxNotes)
        {
            to.WriteLine($"and {Words.Count(report.Notes.Length - MaxNotes, "note")} more: virtward exposure --all");
        }
    }

    private static string Sign(Concern concern) => concern switch
    {
        Concern.Wrong => "!!",
        Concern.Look => "!",
        _ => "",
    };

    private static string Who(Endpoint endpoint) => endpoint.Place == EndpointPlace.Host
        ? Words.Safe(endpoint.Service.Name.Length > 0 ? endpoint.Service.Name : endpoint.Owner.Length > 0 ? endpoint.Owner : "unknown")
        : Words.Safe(endpoint.Service.Name.Length > 0 ? $"{endpoint.Owner}: {endpoint.Service.Name}" : endpoint.Owner);

    private static string Told(Cell cell, int width) => cell.Concern == Concern.Closed
        ? "-"
        : Fit(cell.OpenPorts.Length > 0 ? $"{cell.Words}: {cell.OpenPorts}" : cell.Words, width);

    private static string Fit(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
