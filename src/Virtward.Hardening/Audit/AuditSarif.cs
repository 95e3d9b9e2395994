using System.Text.Json;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>Writes a report as SARIF 2.1.0 (OASIS), for tools that collect findings: rules are checks, results are findings.</summary>
public static class AuditSarif
{
    /// <summary>Writes the document.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="report">The report.</param>
    /// <param name="version">The program's version.</param>
    public static void Write(Utf8JsonWriter to, AuditReport report, string version)
    {
        to.WriteStartObject();
        to.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        to.WriteString("version", "2.1.0");
        to.WriteStartArray("runs");
        to.WriteStartObject();
        to.WriteStartObject("tool");
        to.WriteStartObject("driver");
        to.WriteString("name", "virtward");
        to.WriteString("version", version);
        to.WriteStartArray("rules");
        foreach (CheckResult result in report.Results)
        {
            WriteRule(to, result.Check);
        }

        to.WriteEndArray();
        to.WriteEndObject();
        to.WriteEndObject();
        to.WriteStartArray("results");
        for (int rule = 0; rule < report.Results.Length; rule++)
        {
            foreach (Finding finding in report.Results[rule].Outcome.Findings)
            {
                WriteResult(to, report, rule, finding);
            }
        }

        to.WriteEndArray();
        to.WriteEndObject();
        to.WriteEndArray();
        to.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter to, Check check)
    {
        to.WriteStartObject();
        to.WriteString("id", check.Id);
        Message(to, "shortDescription", check.Title);
        Message(to, "fullDescription", check.Why);
        to.WriteStartObject("defaultConfiguration");
        to.WriteString("level", Level(check.Severity));
        to.WriteEndObject();
        to.WriteStartObject("properties");
        to.WriteString("security-severity", SecuritySeverity(check.Severity));
        to.WriteEndObject();
        to.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter to, AuditReport report, int rule, Finding finding)
    {
        CheckResult result = report.Results[rule];
        to.WriteStartObject();
        to.WriteString("ruleId", result.Check.Id);
        to.WriteNumber("ruleIndex", rule);
        to.WriteString("level", Level(finding.Severity ?? result.Check.Severity));
        Message(to, "message", $"{report.Host}: {finding.Subject}: {finding.What}. {finding.Told}");
        to.WriteStartArray("locations");
        foreach (Evidence evidence in finding.Evidence.Take(10))
        {
            WriteLocation(to, evidence);
        }

        to.WriteEndArray();
        to.WriteStartObject("partialFingerprints");
        to.WriteString("virtward/v1", $"{report.Host}/{result.Check.Id}/{finding.Subject}");
        to.WriteEndObject();
        if (result.Waiver is { } waiver)
        {
            to.WriteStartArray("suppressions");
            to.WriteStartObject();
            to.WriteString("kind", "external");
            to.WriteString("justification", $"{waiver.Because} (until {waiver.Until:yyyy-MM-dd})");
            to.WriteEndObject();
            to.WriteEndArray();
        }

        to.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter to, Evidence evidence)
    {
        to.WriteStartObject();
        if (evidence.Kind == EvidenceKind.File && evidence.Where.StartsWith('/'))
        {
            to.WriteStartObject("physicalLocation");
            to.WriteStartObject("artifactLocation");
            to.WriteString("uri", "file://" + Uri.EscapeDataString(evidence.Where).Replace("%2F", "/", StringComparison.Ordinal));
            to.WriteEndObject();
            if (evidence.Line > 0)
            {
                to.WriteStartObject("region");
                to.WriteNumber("startLine", evidence.Line);
                to.WriteEndObject();
            }

            to.WriteEndObject();
        }
        else
        {
            to.WriteStartArray("logicalLocations");
            to.WriteStartObject();
            to.WriteString("fullyQualifiedName", evidence.Where);
            to.WriteString("kind", "resource");
            to.WriteEndObject();
            to.WriteEndArray();
        }

        Message(to, "message", evidence.ToString());
        to.WriteEndObject();
    }

    private static void Message(Utf8JsonWriter to, string name, string text)
    {
        to.WriteStartObject(name);
        to.WriteString("text", text);
        to.WriteEndObject();
    }

    private static string Level(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium => "warning",
        _ => "note",
    };

    // CVSS-like figures, by which some collectors sort.
    private static string SecuritySeverity(Severity severity) => severity switch
    {
        Severity.Critical => "9.5",
        Severity.High => "8.0",
        Severity.Medium => "5.5",
        _ => "2.0",
    };
}
