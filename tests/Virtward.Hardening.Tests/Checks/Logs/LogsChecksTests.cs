using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Logs;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Logs;

public sealed class LogsChecksTests
{
    private static TestHost Journal() => new TestHost().Units("ssh.service").State("/var/log/dpkg.log", 644).State("/var/log/journal", 2755, kind: "directory").Config("/etc/systemd/journald.conf", "[Journal]\n#Storage=auto\n");

    [Fact]
    public void A_journal_on_disk_passes()
    {
        Judged.Passes(Log01.Check, Journal().Facts());
        Judged.Passes(Log01.Check, Journal().Config("/etc/systemd/journald.conf.d/99-virtward.conf", "[Journal]\nStorage=persistent\nSystemMaxUse=2G\n").Facts());
        Judged.IsUnknown(Log01.Check, new TestHost().Facts());
    }

    [Fact]
    public void One_in_memory_or_without_limits_is_found_whatever_file_says_so_last()
    {
        Outcome outcome = Judged.Fails(Log01.Check, Journal().Config("/etc/systemd/journald.conf.d/10-a.conf", "[Journal]\nStorage=persistent\n").Config("/usr/lib/systemd/journald.conf.d/50-b.conf", "[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n").Facts(), "RateLimitIntervalSec", "Storage");
        Assert.Equal("/usr/lib/systemd/journald.conf.d/50-b.conf", outcome.Findings[0].Evidence[0].Where);
        TestHost memory = new TestHost().Units("ssh.service").State("/var/log/dpkg.log", 644);
        Assert.Null(Judged.Fails(Log01.Check, memory.Facts(), "Storage").Findings[0].Severity);
        Assert.Equal(Severity.Low, Judged.Fails(Log01.Check, memory.Units("rsyslog.service").Facts(), "Storage").Findings[0].Severity);
    }

    [Theory]
    [InlineData("*.* action(type=\"omfwd\" target=\"log.example\" port=\"6514\" protocol=\"tcp\"\n  StreamDriver=\"gtls\" StreamDriverMode=\"1\")\n")]
    [InlineData("if ($syslogseverity <= 4) then action(type=\"omfwd\"\n  target=\"log.example\"\n  StreamDriverMode=\"1\")\n")]
    [InlineData("$DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n*.* @@log.example:6514\n")]
    [InlineData("module(load=\"omrelp\")\naction(type=\"omrelp\" target=\"log.example\" port=\"20514\" tls=\"on\")\n")]
    public void A_copy_over_TLS_passes(string rsyslog) =>
        Judged.Passes(Log02.Check, new TestHost().Units("rsyslog.service").Config("/etc/rsyslog.conf", "$IncludeConfig /etc/rsyslog.d/*.conf\n").Config("/etc/rsyslog.d/10-remote.conf", rsyslog).Facts());

    [Fact]
    public void The_journals_own_upload_passes_too_and_HTTP_does_not()
    {
        TestHost host = new TestHost().Units("systemd-journal-upload.service").Config("/etc/systemd/journal-upload.conf", "[Upload]\nURL=log.example\n");
        Judged.Passes(Log02.Check, host.Facts());
        Judged.Fails(Log02.Check, host.Config("/etc/systemd/journal-upload.conf.d/10.conf", "[Upload]\nURL=http://log.example\n").Facts(), "systemd-journal-upload /etc/systemd/journal-upload.conf.d/10.conf");
    }

    [Fact]
    public void None_or_one_in_clear_is_found_and_what_is_not_read_said()
    {
        Judged.Fails(Log02.Check, new TestHost().Units("ssh.service").Facts(), "remote log");
        Judged.Fails(Log02.Check, new TestHost().Units("rsyslog.service").Config("/etc/rsyslog.conf", "auth.* /var/log/auth.log\n#*.* @log.example\n").Facts(), "remote log");
        Judged.Fails(Log02.Check, new TestHost().Units("rsyslog.service").Config("/etc/rsyslog.conf", "*.* @log.example:514\n").Facts(), "rsyslog /etc/rsyslog.conf");
        Judged.IsUnknown(Log02.Check, new TestHost().Units("promtail.service").Facts());
        Judged.IsUnknown(Log02.Check, new TestHost().Units("rsyslog.service").Facts());
        Judged.IsUnknown(Log02.Check, new TestHost().Facts());
        Judged.DoesNotApply(Log02.Check, new TestHost().Units("ssh.service").Facts(Profile.Lab));
    }

    [Fact]
    public void Lines_of_sshd_and_logs_of_guests_are_kept()
    {
        TestHost host = new TestHost().Units("ssh.service").Text("libvirt/running-web1.xml", "<domstatus/>").State("/var/log/libvirt/qemu/web1.log", 600);
        Judged.Passes(Log03.Check, host.Text("audit/journal-sshd.txt", "1764200000.1\n").Facts());
        Judged.Fails(Log03.Check, host.Text("audit/journal-sshd.txt", "").Facts(), "sshd");
        Judged.Passes(Log03.Check, host.State("/var/log/auth.log", 640, modified: TestHost.Now.AddHours(-1)).Facts());
        Judged.Fails(Log03.Check, host.Text("libvirt/running-db1.xml", "<domstatus/>").Facts(), "guest db1");
        Judged.IsUnknown(Log03.Check, new TestHost().Units("ssh.service").Facts());
        Judged.IsUnknown(Log03.Check, new TestHost().WithoutRoot().Units("ssh.service").Text("audit/journal-sshd.txt", "").Facts());
        Judged.IsUnknown(Log03.Check, new TestHost().Facts());
    }

    [Fact]
    public void Somebody_is_told_every_day()
    {
        Judged.Passes(Log04.Check, new TestHost().Units("dailyaidecheck.timer active waiting").Dpkg("logwatch").Facts());
        Judged.Fails(Log04.Check, new TestHost().Units("ssh.service").Dpkg("ssh").Facts(), "daily report", "file integrity");
        Judged.Passes(Log04.Check, new TestHost().OnRhel().Units("virtward-report.timer active waiting").Rpm("aide").State("/etc/cron.daily/aide", 755).Facts());
        // As its own remedy says on RHEL.
        Judged.Passes(Log04.Check, new TestHost().OnRhel().Units("virtward-report.timer active waiting").Rpm("aide").State("/etc/cron.d/aide", 644).Facts());
        Judged.IsUnknown(Log04.Check, new TestHost().Facts());
        Judged.DoesNotApply(Log04.Check, new TestHost().Units("ssh.service").Facts(Profile.Lab));
    }
}
