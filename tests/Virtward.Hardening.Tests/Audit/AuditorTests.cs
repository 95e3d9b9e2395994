using Virtward.Hardening.Audit;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Tests.Audit;

public sealed class AuditorTests
{
    [Fact]
    public void The_score_counts_what_is_proven_of_what_applies()
    {
        AuditReport report = Sample.Report(
            Sample.Passing("SSH-01", Severity.Critical), Sample.Failing("SSH-02", Severity.High, "a", "b"), Sample.Unknown("FW-01"), Sample.Foreign("V6-01"));
        Score score = report.Score;
        Assert.Equal((20, 36, 55), (score.Proven, score.Possible, score.Percent));
        Assert.Equal(["FW", "SSH"], score.Gains.Select(static gain => gain.Area));
        Assert.All(score.Gains, static gain => Assert.Equal(800.0 / 36, gain.Points, 6));
    }

    [Fact]
    public void A_hundred_is_only_what_passed_whole()
    {
        Check[] checks = [.. Enumerable.Range(1, 99).Select(static number => Sample.Passing($"SYS-{number:00}", Severity.Critical)), Sample.Failing("SSH-01", Severity.Low, "a")];
        Assert.Equal(99, Sample.Report(checks).Score.Percent);
        Assert.Equal(100, Sample.Report(Sample.Passing("SSH-01")).Score.Percent);
        Assert.Equal(0, Sample.Report(Sample.Foreign("SSH-01")).Score.Percent);
    }

    [Fact]
    public void A_waiver_takes_a_check_out_of_findings_and_score_until_its_last_day()
    {
        const string policy = "version: 1\naudit: { waive: { SSH-01: { until: 2026-11-27, because: today }, SSH-02: { until: 2026-11-26, because: over } } }\n";
        AuditReport report = Sample.Report(policy, Sample.Failing("SSH-01", Severity.High, "a"), Sample.Failing("SSH-02", Severity.High, "b"));
        Assert.Equal("SSH-02", Assert.Single(report.Open).Check.Id);
        Assert.Equal("today", report.Results[0].Waiver!.Because);
        Assert.Equal(8, report.Score.Possible);
        Assert.Contains(report.Notes, static note => note.Contains("SSH-02 ended on 2026-11-26", StringComparison.Ordinal));
    }

    [Fact]
    public void A_check_that_breaks_is_unknown_and_the_others_go_on()
    {
        AuditReport report = Sample.Report(Sample.Broken("SSH-01"), Sample.Passing("SSH-02"));
        Assert.Equal([Status.Unknown, Status.Pass], report.Results.Select(static result => result.Outcome.Status));
        Assert.Contains("bug of virtward", report.Results[0].Outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_services_says_who_reaches_each_and_what_to_do()
    {
        AuditReport report = Sample.Report();
        ServiceLine vnc = report.Services[0];
        Assert.Equal(Severity.Critical, vnc.Level);
        Assert.Contains("internet: anyone", vnc.Reach, StringComparison.Ordinal);
        Assert.Equal("every address", vnc.Bound);
        Assert.Contains("127.0.0.1", vnc.Advice, StringComparison.Ordinal);
        ServiceLine mail = report.Services[1];
        Assert.Equal((null, "nobody", "127.0.0.1", ""), ((Severity?)mail.Level, mail.Reach, mail.Bound, mail.Advice));
    }
}
