using System.Text;
using System.Text.Json;
using System.Xml;
using Virtward.Core.Results;
using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Tests.Audit;

public sealed class DocumentTests
{
    private const string Waived = "version: 1\naudit: { waive: { SSH-03: { until: 2027-01-01, because: later } } }\n";

    private static AuditReport Report() => Sample.Report(
        Waived, Sample.Failing("EXP-01", Severity.Critical, "tcp 5900", "tcp 5901"), Sample.Passing("SSH-01"), Sample.Unknown("SSH-02"),
        Sample.Failing("SSH-03", Severity.Low, "x"), Sample.Foreign("V6-02"));

    private static JsonElement Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            write(writer);
        }

        return JsonDocument.Parse(bytes.ToArray()).RootElement;
    }

    [Fact]
    public void Json_holds_findings_with_evidence_and_remedy_and_how_every_check_came_out()
    {
        JsonElement root = Json(writer => AuditJson.Write(writer, Report()));
        Assert.Equal("kvm1", root.GetProperty("host").GetString());
        Assert.Equal(2, root.GetProperty("findings").GetArrayLength());
        JsonElement finding = root.GetProperty("findings")[0];
        Assert.Equal(("EXP-01", "critical", "tcp 5900"), (finding.GetProperty("id").GetString(), finding.GetProperty("severity").GetString(), finding.GetProperty("subject").GetString()));
        Assert.Equal(7, finding.GetProperty("evidence")[0].GetProperty("line").GetInt32());
        Assert.Equal("systemctl mask x", finding.GetProperty("remedy").GetProperty("steps")[0].GetString());
        Assert.Equal(["lockout", "guests"], finding.GetProperty("remedy").GetProperty("risk").EnumerateArray().Select(static risk => risk.GetString()));
        Assert.Equal(["fail", "pass", "unknown", "fail", "not-applicable"], root.GetProperty("checks").EnumerateArray().Select(static check => check.GetProperty("status").GetString()));
        Assert.Equal("later", root.GetProperty("checks")[3].GetProperty("waived").GetProperty("because").GetString());
        Assert.Equal((1, 1, 1, 1), (
            root.GetProperty("summary").GetProperty("critical").GetInt32(), root.GetProperty("summary").GetProperty("passed").GetInt32(),
            root.GetProperty("summary").GetProperty("unknown").GetInt32(), root.GetProperty("summary").GetProperty("waived").GetInt32()));
        Assert.Equal("vnc", root.GetProperty("services")[0].GetProperty("service").GetString());
    }

    [Fact]
    public void Sarif_has_a_rule_a_check_and_a_result_a_finding()
    {
        JsonElement run = Json(writer => AuditSarif.Write(writer, Report(), "0.1.0")).GetProperty("runs")[0];
        Assert.Equal(5, run.GetProperty("tool").GetProperty("driver").GetProperty("rules").GetArrayLength());
        JsonElement[] results = [.. run.GetProperty("results").EnumerateArray()];
        Assert.Equal(3, results.Length);
        JsonElement location = results[0].GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.Equal("file:///etc/x%20y.conf", location.GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal(7, location.GetProperty("region").GetProperty("startLine").GetInt32());
        Assert.Equal("error", results[0].GetProperty("level").GetString());
        Assert.True(results[2].TryGetProperty("suppressions", out _));
        foreach (JsonElement result in results)
        {
            JsonElement rule = run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[result.GetProperty("ruleIndex").GetInt32()];
            Assert.Equal(rule.GetProperty("id").GetString(), result.GetProperty("ruleId").GetString());
        }
    }

    [Fact]
    public void Junit_is_xml_with_a_suite_an_area_and_a_case_a_check()
    {
        using var bytes = new MemoryStream();
        AuditJunit.Write(bytes, Report());
        var xml = new XmlDocument();
        xml.LoadXml(Encoding.UTF8.GetString(bytes.ToArray()).TrimStart('\uFEFF'));
        Assert.Equal(3, xml.SelectNodes("//testsuite")!.Count);
        Assert.Single(xml.SelectNodes("//failure")!);
        Assert.Equal(3, xml.SelectNodes("//skipped")!.Count);
        Assert.Equal("1", xml.SelectSingleNode("//testsuite[@name='Exposure']/@failures")!.Value);
    }

    [Fact]
    public void A_report_compared_with_its_own_json_has_not_changed()
    {
        AuditReport report = Report();
        Baseline baseline = Baseline.Read(Json(writer => AuditJson.Write(writer, report)).GetRawText(), "f").Value;
        Assert.Empty(baseline.NewIn(report));
        Assert.Empty(baseline.GoneIn(report));
        Assert.Empty(baseline.LostIn(report));
        Assert.Equal(report.Score.Percent, baseline.Percent);
    }

    [Fact]
    public void A_baseline_tells_what_is_new_gone_and_lost()
    {
        AuditReport before = Sample.Report(
            Sample.Failing("EXP-01", Severity.High, "tcp 1", "tcp 2"), Sample.Failing("EXP-02", Severity.High, "x"), Sample.Failing("EXP-03", Severity.High, "y"), Sample.Passing("SSH-01"));
        Baseline baseline = Baseline.Read(Json(writer => AuditJson.Write(writer, before)).GetRawText(), "f").Value;
        AuditReport now = Sample.Report(
            Sample.Failing("EXP-01", Severity.High, "tcp 2", "tcp 3"), Sample.Passing("EXP-02"), Sample.Unknown("EXP-03"), Sample.Unknown("SSH-01"));
        Assert.Equal("tcp 3", Assert.Single(baseline.NewIn(now)).Finding.Subject);
        Assert.Equal([("EXP-01", "tcp 1"), ("EXP-02", "x")], baseline.GoneIn(now));
        Assert.Equal(["EXP-03", "SSH-01"], baseline.LostIn(now).Select(static result => result.Check.Id));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"checks\":7}")]
    public void What_is_no_report_is_said(string text)
    {
        Problem problem = Baseline.Read(text, "/tmp/f").Problem!;
        Assert.Contains("is no report", problem.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"checks\":[null,7,{\"id\":3},{\"id\":\"A-01\",\"subjects\":[null]}],\"score\":[]}")]
    public void A_strange_report_is_read_as_far_as_it_goes(string text) => Assert.True(Baseline.Read(text, "f").IsOk);
}
