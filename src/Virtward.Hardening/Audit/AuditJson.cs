using System.Globalization;
using System.Text.Json;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>Writes a report as one JSON document; docs/audit.md names the fields.</summary>
public static class AuditJson
{
    /// <summary>The version of the format.</summary>
    public const int Version = 1;

    /// <summary>Writes the report.</summary>
    public static void Write(Utf8JsonWriter to, AuditReport report)
    {
        to.WriteStartObject();
        to.WriteNumber("version", Version);
        to.WriteString("host", report.Host);
        to.WriteString("system", report.Distribution.Name);
        to.WriteString("profile", AuditWords.Of(report.Profile));
        to.WriteString("time", report.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        to.WriteBoolean("root", report.AsRoot);
        Write(to, report.Score);
        WriteSummary(to, report);
        to.WriteStartArray("findings");
        foreach (CheckResult result in report.Open)
        {
            foreach (Finding finding in result.Outcome.Findings.OrderByDescending(finding => finding.Severity ?? result.Check.Severity))
            {
                Write(to, result, finding);
            }
        }

        to.WriteEndArray();
        to.WriteStartArray("checks");
        foreach (CheckResult result in report.Results)
        {
            Write(to, result);
        }

        to.WriteEndArray();
        to.WriteStartArray("services");
        foreach (ServiceLine line in report.Services)
        {
            Write(to, line);
        }

        to.WriteEndArray();
        Strings(to, "notes", report.Notes);
        to.WriteEndObject();
    }

    /// <summary>Writes what changed since an earlier report.</summary>
    public static void WriteChanges(Utf8JsonWriter to, AuditReport report, Baseline baseline)
    {
        to.WriteStartObject();
        to.WriteNumber("version", Version);
        to.WriteString("host", report.Host);
        to.WriteString("since", baseline.Time);
        to.WriteNumber("percent", report.Score.Percent);
        to.WriteNumber("percent_before", baseline.Percent);
        to.WriteStartArray("new");
        foreach ((CheckResult result, Finding finding) in baseline.NewIn(report))
        {
            Write(to, result, finding);
        }

        to.WriteEndArray();
        to.WriteStartArray("gone");
        foreach ((string id, string subject) in baseline.GoneIn(report))
        {
            to.WriteStartObject();
            to.WriteString("id", id);
            to.WriteString("subject", subject);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        Strings(to, "unknown_now", baseline.LostIn(report).Select(static result => result.Check.Id));
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, Score score)
    {
        to.WriteStartObject("score");
        to.WriteNumber("percent", score.Percent);
        to.WriteNumber("proven", score.Proven);
        to.WriteNumber("possible", score.Possible);
        to.WriteStartArray("gains");
        foreach (ScoreGain gain in score.Gains)
        {
            to.WriteStartObject();
            to.WriteString("area", Areas.NameOf(gain.Area));
            to.WriteString("status", AuditWords.Of(gain.Status));
            Strings(to, "checks", gain.Ids);
            to.WriteNumber("points", Math.Round(gain.Points, 1));
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void WriteSummary(Utf8JsonWriter to, AuditReport report)
    {
        to.WriteStartObject("summary");
        foreach (Severity severity in new[] { Severity.Critical, Severity.High, Severity.Medium, Severity.Low })
        {
            to.WriteNumber(AuditWords.Of(severity), report.Count(severity));
        }

        to.WriteNumber("passed", report.Count(Status.Pass));
        to.WriteNumber("failed", report.Count(Status.Fail));
        to.WriteNumber("unknown", report.Count(Status.Unknown));
        to.WriteNumber("not_applicable", report.Count(Status.NotApplicable));
        to.WriteNumber("waived", report.Results.Count(static result => result.Waiver is not null));
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, CheckResult result, Finding finding)
    {
        Check check = result.Check;
        to.WriteStartObject();
        to.WriteString("id", check.Id);
        to.WriteString("severity", AuditWords.Of(finding.Severity ?? check.Severity));
        to.WriteString("title", check.Title);
        to.WriteString("subject", finding.Subject);
        to.WriteString("what", finding.What);
        to.WriteStartArray("evidence");
        foreach (Evidence evidence in finding.Evidence)
        {
            to.WriteStartObject();
            to.WriteString("kind", AuditWords.Of(evidence.Kind));
            to.WriteString("where", evidence.Where);
            if (evidence.Line > 0)
            {
                to.WriteNumber("line", evidence.Line);
            }

            to.WriteString("text", evidence.Text);
            to.WriteEndObject();
        }

        to.WriteEndArray();
        to.WriteString("why", check.Why);
        to.WriteStartObject("remedy");
        if (finding.Change is { } change)
        {
            to.WriteString("change", change);
        }

        to.WriteString("summary", finding.Remedy.Summary);
        Strings(to, "steps", finding.Remedy.Steps);
        Strings(to, "risk", AuditWords.Of(finding.Remedy.Risk));
        to.WriteString("undo", finding.Remedy.Undo);
        to.WriteEndObject();
        to.WriteString("page", $"docs/checks/{check.Id}.md");
        if (!check.References.IsEmpty)
        {
            Strings(to, "references", check.References);
        }

        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, CheckResult result)
    {
        to.WriteStartObject();
        to.WriteString("id", result.Check.Id);
        to.WriteString("status", AuditWords.Of(result.Outcome.Status));
        to.WriteString("severity", AuditWords.Of(result.Severity));
        to.WriteString("title", result.Check.Title);
        if (result.Outcome.Reason.Length > 0)
        {
            to.WriteString("reason", result.Outcome.Reason);
        }

        if (result.Outcome.Unseen.Length > 0)
        {
            to.WriteString("unseen", result.Outcome.Unseen);
        }

        if (result.Waiver is { } waiver)
        {
            to.WriteStartObject("waived");
            to.WriteString("until", waiver.Until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            to.WriteString("because", waiver.Because);
            to.WriteEndObject();
        }

        Strings(to, "subjects", result.Outcome.Findings.Select(static finding => finding.Subject));
        to.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter to, ServiceLine line)
    {
        to.WriteStartObject();
        to.WriteString("service", line.Name);
        to.WriteString("port", line.Port);
        to.WriteString("bound", line.Bound);
        to.WriteString("owner", line.Owner);
        to.WriteString("risk", line.Risk);
        if (line.Level is Severity level)
        {
            to.WriteString("level", AuditWords.Of(level));
        }

        to.WriteString("reach", line.Reach);
        to.WriteString("advice", line.Advice);
        to.WriteEndObject();
    }

    private static void Strings(Utf8JsonWriter to, string name, IEnumerable<string> values)
    {
        to.WriteStartArray(name);
        foreach (string value in values)
        {
            to.WriteStringValue(value);
        }

        to.WriteEndArray();
    }
}
