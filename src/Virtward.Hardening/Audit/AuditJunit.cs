using System.Globalization;
using System.Xml;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>Writes a report as JUnit's XML, for pipelines: areas are suites, checks are cases; unknown and not applicable ones are skipped.</summary>
public static class AuditJunit
{
    /// <summary>Writes the document.</summary>
    public static void Write(Stream to, AuditReport report)
    {
        using var xml = XmlWriter.Create(to, new XmlWriterSettings { Indent = true, CloseOutput = false });
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", Clean($"virtward audit of {report.Host}"));
        foreach (IGrouping<string, CheckResult> area in report.Results.GroupBy(static result => result.Check.Area))
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", Areas.NameOf(area.Key));
            xml.WriteAttributeString("tests", Number(area.Count()));
            xml.WriteAttributeString("failures", Number(area.Count(static result => result.IsOpen)));
            xml.WriteAttributeString("skipped", Number(area.Count(static result => IsSkipped(result))));
            foreach (CheckResult result in area)
            {
                Write(xml, result);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, CheckResult result)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", result.Check.Area);
        xml.WriteAttributeString("name", Clean($"{result.Check.Id} {result.Check.Title}"));
        if (result.IsOpen)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("type", AuditWords.Of(result.Severity));
            xml.WriteAttributeString("message", Clean(string.Join("; ", result.Outcome.Findings.Select(static finding => $"{finding.Subject}: {finding.What}"))));
            xml.WriteString(Clean(string.Join('\n', result.Outcome.Findings.SelectMany(static finding => finding.Evidence).Select(static evidence => evidence.ToString()))));
            xml.WriteEndElement();
        }
        else if (IsSkipped(result))
        {
            xml.WriteStartElement("skipped");
            xml.WriteAttributeString("message", Clean(result.Waiver is { } waiver
                ? $"waived until {waiver.Until:yyyy-MM-dd}: {waiver.Because}"
                : $"{AuditWords.Of(result.Outcome.Status)}: {result.Outcome.Reason}"));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static bool IsSkipped(CheckResult result) =>
        result.Outcome.Status is Status.Unknown or Status.NotApplicable || (result.Outcome.Status == Status.Fail && result.Waiver is not null);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    // A file's text may hold what XML cannot (XML 1.0, 2.2), lone surrogates included.
    private static string Clean(string text)
    {
        var clean = new System.Text.StringBuilder(text.Length);
        foreach (System.Text.Rune rune in text.EnumerateRunes())
        {
            clean.Append(rune.Value is '\t' or '\n' or >= 0x20 and not (0xFFFE or 0xFFFF) ? rune.ToString() : "\uFFFD");
        }

        return clean.ToString();
    }
}
