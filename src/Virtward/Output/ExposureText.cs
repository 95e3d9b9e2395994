using Virtward.Core.Results;
using Virtward.Exposure.Matrix;

namespace Virtward.Output;

/// <summary>The matrix of endpoints and zones as a person reads it: at most a screen, the worst first.</summary>
public static class ExposureText
{
    private const int Screen = 18;
    private const int MaxNotes = 3;
    private const int CellWidth = 30;

    /// <summary>Writes the table, and below it what it comes to.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="report">The matrix.</param>
    /// <param name="all">Every endpoint, also those that nobody reaches, and every note.</param>
    public static void Write(TextWriter to, ExposureReport report, bool all)
    {
        ExposureRow[] shown = [.. report.Rows.Where(row => all || row.Concern != Concern.Closed).Take(all ? int.MaxValue : Screen)];
        if (shown.Length == 0)
        {
            to.WriteLine(report.Rows.Length == 0 ? "nothing listens here" : $"{Words.Count(report.Rows.Length, "endpoint")}, none of them reachable from any zone");
        }
        else
        {
            var table = new Columns(["", "endpoint", "port", .. report.Zones.Select(static zone => zone.Guess is null ? zone.Name : $"{zone.Name}?")]);
            foreach (ExposureRow row in shown)
            {
                table.Add([Sign(row.Concern), Fit(Who(row.Endpoint)), row.Endpoint.PortText, .. row.Cells.Select(Told)]);
            }

            table.Write(to);
        }

        to.WriteLine();
        Summarise(to, report, shown.Length, all);
    }

    private static void Summarise(TextWriter to, ExposureReport report, int shown, bool all)
    {
        int wrong = report.Rows.Count(static row => row.Concern == Concern.Wrong);
        int look = report.Rows.Count(static row => row.Concern == Concern.Look);
        int closed = report.Rows.Count(static row => row.Concern == Concern.Closed);
        to.WriteLine($"{Words.Count(report.Rows.Length, "endpoint")}: {wrong} reachable that should not be (!!), {look} to look at (!), {closed} closed to every zone.");
        if (!all && shown < report.Rows.Length - closed)
        {
            to.WriteLine($"{report.Rows.Length - closed - shown} more are reachable: virtward exposure --all");
        }

        foreach (ZoneView zone in report.Zones.Where(static zone => zone.Guess is not null))
        {
            to.WriteLine($"{zone.Name}? is a guess: {zone.Guess}");
        }

        foreach (Problem note in report.Notes.Take(all ? int.MaxValue : MaxNotes))
        {
            to.WriteLine($"note: {Words.Safe(note.ToString())}");
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

    private static string Told(Cell cell) => cell.Concern == Concern.Closed
        ? "-"
        : Fit(cell.OpenPorts.Length > 0 ? $"{cell.Words}: {cell.OpenPorts}" : cell.Words);

    private static string Fit(string text) => text.Length <= CellWidth ? text : text[..(CellWidth - 1)] + "…";
}
