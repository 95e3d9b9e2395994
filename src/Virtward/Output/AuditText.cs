using System.Globalization;
using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;

namespace Virtward.Output;

/// <summary>An audit as a person reads it: the score and what would raise it, then the findings, the worst first; a screen, or everything.</summary>
/// <param name="to">Where to.</param>
/// <param name="paint">The colours.</param>
public sealed class AuditText(TextWriter to, Paint paint)
{
    private const int Screen = 24;
    private const int Width = 110;

    /// <summary>Writes the report.</summary>
    /// <param name="report">The report.</param>
    /// <param name="all">Every finding with its evidence and remedy, the services, and how every check came out.</param>
    public void Write(AuditReport report, bool all)
    {
        Head(report);
        if (all)
        {
            WriteAll(report);
        }
        else
        {
            WriteScreen(report);
        }

        foreach (string note in report.Notes)
        {
            to.WriteLine($"note: {Words.Safe(note)}");
        }
    }

    /// <summary>Writes what changed since an earlier report.</summary>
    public void WriteChanges(AuditReport report, Baseline baseline)
    {
        to.WriteLine($"{Words.Safe(report.Host)}: score {report.Score.Percent} of 100, {baseline.Percent} in the report of {Words.Safe(baseline.Time)}");
        int count = 0;
        foreach ((CheckResult result, Finding finding) in baseline.NewIn(report))
        {
            to.WriteLine($"{paint.Red("new")}   {Sign(finding.Severity ?? result.Check.Severity)} {result.Check.Id}  {Words.Safe($"{finding.Subject}: {finding.What}")}");
            count++;
        }

        foreach ((string id, string subject) in baseline.GoneIn(report))
        {
            to.WriteLine($"{paint.Green("gone")}  {id}  {Words.Safe(subject)}");
            count++;
        }

        foreach (CheckResult result in baseline.LostIn(report))
        {
            to.WriteLine($"{paint.Yellow("lost")}  {result.Check.Id}  cannot be judged any more: {Words.Safe(result.Outcome.Reason)}");
            count++;
        }

        if (count == 0)
        {
            to.WriteLine("nothing changed");
        }
    }

    private void Head(AuditReport report)
    {
        Score score = report.Score;
        string rights = report.AsRoot ? "" : ", read without root";
        to.WriteLine(Words.Safe($"{report.Host}: {report.Distribution.Name}, profile {AuditWords.Of(report.Profile)}{rights}"));
        string percent = string.Create(CultureInfo.InvariantCulture, $"{score.Percent} of 100");
        to.WriteLine($"score {(score.Percent >= 90 ? paint.Green(percent) : score.Percent >= 60 ? paint.Yellow(percent) : paint.Red(percent))}: "
            + $"{score.Proven} of {score.Possible} points are proven. {Tally(report)}");
        if (!score.Gains.IsEmpty)
        {
            to.WriteLine(Fit($"most would raise it: {string.Join(", ", score.Gains.Take(4).Select(Gain))}", Width));
        }

        to.WriteLine();
    }

    private static string Tally(AuditReport report)
    {
        IEnumerable<string> found = new[] { Severity.Critical, Severity.High, Severity.Medium, Severity.Low }
            .Select(severity => (Count: report.Count(severity), Word: AuditWords.Of(severity))).Where(static pair => pair.Count > 0)
            .Select(static pair => $"{pair.Count} {pair.Word}");
        string failed = string.Join(", ", found) is { Length: > 0 } text ? $"failed: {text}" : "nothing failed";
        int waived = report.Results.Count(static result => result.Waiver is not null);
        return $"{report.Count(Status.Pass)} checks passed, {failed}; {report.Count(Status.Unknown)} unknown, {report.Count(Status.NotApplicable)} do not apply{(waived > 0 ? $", {waived} waived" : "")}.";
    }

    private static string Gain(ScoreGain gain) => string.Create(
        CultureInfo.InvariantCulture, $"{Areas.NameOf(gain.Area)}{(gain.Status == Status.Unknown ? " to be seen" : "")} +{gain.Points:0.#}");

    private void WriteScreen(AuditReport report)
    {
        int left = Screen;
        int shown = 0;
        int total = report.Open.Sum(static result => result.Outcome.Findings.Length);
        foreach (CheckResult result in report.Open)
        {
            // A check with many findings must not push the other checks off the screen.
            int most = Math.Min(result.Outcome.Findings.Length, 3);
            if (left < most + 1)
            {
                break;
            }

            to.WriteLine($"{Sign(result.Severity)} {paint.Bold(result.Check.Id)}  {result.Check.Title}");
            foreach (Finding finding in Ordered(result).Take(most))
            {
                to.WriteLine(Fit($"           {Words.Safe($"{finding.Subject}: {finding.What}")}", Width));
            }

            int more = result.Outcome.Findings.Length - most;
            if (more > 0)
            {
                to.WriteLine($"           and {more} more");
            }

            to.WriteLine(paint.Dim(Fit($"           → {Words.Safe(result.Outcome.Findings[0].Told)}", Width)));
            left -= most + 2;
            shown += result.Outcome.Findings.Length;
        }

        if (total == 0)
        {
            to.WriteLine(report.Results.Any(static result => result.Outcome.Status == Status.Unknown) ? "no findings, but not everything could be judged: virtward audit --all" : "no findings");
        }
        else
        {
            string rest = total > shown ? $"{Words.Count(total - shown, "finding")} more, and " : "";
            to.WriteLine($"{rest}evidence and remedies: virtward audit --all, or --only ID; one page: --html FILE");
        }
    }

    private void WriteAll(AuditReport report)
    {
        foreach (CheckResult result in report.Open)
        {
            to.WriteLine($"{Sign(result.Severity)} {paint.Bold(result.Check.Id)}  {result.Check.Title}");
            Paragraph(result.Check.Why);
            foreach (Finding finding in Ordered(result))
            {
                Write(finding);
            }

            if (result.Outcome.Unseen.Length > 0)
            {
                to.WriteLine(Words.Safe($"    not seen: {result.Outcome.Unseen}"));
            }

            to.WriteLine(paint.Dim($"    more: docs/checks/{result.Check.Id}.md{(result.Check.References.IsEmpty ? "" : $"; the same elsewhere: {string.Join("; ", result.Check.References)}")}"));
            to.WriteLine();
        }

        Services(report);
        foreach (IGrouping<string, CheckResult> area in report.Results.Where(static result => !result.IsOpen).GroupBy(static result => result.Check.Area))
        {
            to.WriteLine(paint.Bold(Areas.NameOf(area.Key)));
            foreach (CheckResult result in area)
            {
                string told = result.Waiver is { } waiver ? $"waived until {waiver.Until:yyyy-MM-dd}: {waiver.Because}" : result.Outcome.Reason;
                to.WriteLine($"  {State(result)}  {result.Check.Id}  {result.Check.Title}{(told.Length > 0 ? paint.Dim($" ({Words.Safe(told)})") : "")}");
            }
        }

        to.WriteLine();
    }

    private void Write(Finding finding)
    {
        to.WriteLine($"    {paint.Bold(Words.Safe(finding.Subject))}: {Words.Safe(finding.What)}");
        foreach (Evidence evidence in finding.Evidence)
        {
            to.WriteLine(paint.Dim($"      {Words.Safe(evidence.ToString())}"));
        }

        to.WriteLine($"      → {Words.Safe(finding.Told)}");
        foreach (string step in finding.Remedy.Steps)
        {
            foreach (string line in step.Split('\n'))
            {
                to.WriteLine($"          {Words.Safe(line)}");
            }
        }

        if (finding.Remedy.Risk != Risk.None)
        {
            to.WriteLine($"        risk: {AuditWords.Told(finding.Remedy.Risk)}");
        }

        if (finding.Remedy.Undo.Length > 0)
        {
            to.WriteLine($"        undo: {Words.Safe(finding.Remedy.Undo)}");
        }
    }

    private void Services(AuditReport report)
    {
        // Whoever asked about updates only did not ask what listens.
        if (report.Services.IsEmpty || !report.Results.Any(static result => result.Check.Area == "EXP"))
        {
            return;
        }

        to.WriteLine(paint.Bold("What listens here"));
        var table = new Columns("", "service", "port", "bound to", "who reaches it");
        foreach (ServiceLine line in report.Services)
        {
            table.Add(line.Level is Severity level ? AuditWords.Of(level) : "", Fit(Words.Safe(line.Name), 20), line.Port, Fit(Words.Safe(line.Bound), 28), Fit(Words.Safe(line.Reach), 60));
        }

        table.Write(to, "  ");
        foreach (IGrouping<(string Name, string Risk, string Advice), ServiceLine> kind in report.Services.GroupBy(static line => (line.Name, line.Risk, line.Advice)))
        {
            to.WriteLine($"  {paint.Bold(Words.Safe(kind.Key.Name))} ({Words.Safe(string.Join(", ", kind.Select(static line => line.Port).Distinct().Take(8)))})");
            Paragraph(kind.Key.Risk);
            if (kind.Key.Advice.Length > 0)
            {
                to.WriteLine($"    → {kind.Key.Advice}");
            }
        }

        to.WriteLine();
    }

    private void Paragraph(string text)
    {
        int column = 0;
        to.Write("   ");
        foreach (string word in text.Split(' '))
        {
            if (column + word.Length > Width - 8)
            {
                to.WriteLine();
                to.Write("   ");
                column = 0;
            }

            to.Write($" {word}");
            column += word.Length + 1;
        }

        to.WriteLine();
    }

    private static IEnumerable<Finding> Ordered(CheckResult result) => result.Outcome.Findings.OrderByDescending(finding => finding.Severity ?? result.Check.Severity);

    private string State(CheckResult result) => result switch
    {
        { Waiver: not null } => paint.Yellow("waived "),
        { Outcome.Status: Status.Pass } => paint.Green("pass   "),
        { Outcome.Status: Status.Unknown } => paint.Yellow("unknown"),
        _ => paint.Dim("-      "),
    };

    private string Sign(Severity severity)
    {
        string word = AuditWords.Of(severity).PadRight(8);
        return severity switch
        {
            Severity.Critical => paint.Red(word),
            Severity.High => paint.Red(word),
            Severity.Medium => paint.Yellow(word),
            _ => word,
        };
    }

    private static string Fit(string text, int width) => text.Length <= width ? text : text[..(width - 1)] + "…";
}
