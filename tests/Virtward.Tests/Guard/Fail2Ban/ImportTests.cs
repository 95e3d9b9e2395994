using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Guard.Fail2Ban.Import;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class ImportTests
{
    private readonly MemoryTextFiles _files = new();

    public ImportTests()
    {
        _files["/etc/fail2ban/jail.conf"] = """
            [DEFAULT]
            bantime = 10m
            findtime = 10m
            maxretry = 5
            backend = auto
            usedns = warn
            enabled = false
            mode = normal
            filter = %(__name__)s[mode=%(mode)s]
            protocol = tcp
            port = 0:65535
            banaction = drop-multiport
            banaction_allports = drop-allports
            sshd_log = /var/log/auth.log
            action_ = %(banaction)s[port="%(port)s"]
            action_mwl = %(action_)s
                         mail-it[dest="%(destemail)s"]
            action = %(action_)s
            [sshd]
            port = ssh
            logpath = %(sshd_log)s
            [recidive]
            logpath = /var/log/fail2ban.log
            banaction = %(banaction_allports)s
            bantime = 1w
            findtime = 1d
            [shop]
            port = http,https
            logpath = /var/log/shop/*.log
                      /var/log/old.log tail
            """;
        _files["/etc/fail2ban/filter.d/sshd.conf"] = "[Definition]\nfailregex = ^x <HOST>$\nmode = normal";
        _files["/etc/fail2ban/filter.d/recidive.conf"] = "[Definition]\nfailregex = Ban <HOST>";
        _files["/etc/fail2ban/filter.d/shop.conf"] = "[Definition]\nfailregex = ^ bad order from <HOST>$";
        _files["/var/log/auth.log"] = "";
        _files["/var/log/shop/a.log"] = "";
    }

    [Fact]
    public void The_guides_own_jails_become_a_policy_that_reads_back()
    {
        _files["/etc/fail2ban/jail.local"] = """
            [DEFAULT]
            bantime = 3600
            findtime = 600
            maxretry = 5
            destemail = root@localhost
            action = %(action_mwl)s

            [sshd]
            enabled = true
            port = ssh
            logpath = %(sshd_log)s
            maxretry = 3

            [sshd-ddos]
            enabled = true
            port = ssh
            logpath = %(sshd_log)s
            maxretry = 2

            [recidive]
            enabled = true
            logpath = /var/log/fail2ban.log
            banaction = %(banaction_allports)s
            bantime = 86400
            maxretry = 3

            [sshd-distributed]
            enabled = true
            filter = sshd
            logpath = /var/log/secure
            maxretry = 1
            bantime = 3600
            findtime = 60
            """;
        ImportResult result = Import();
        GuardPolicy guard = ReadBack(result);
        Assert.Equal(["sshd", "recidive", "sshd-ddos", "sshd-distributed"], guard.Jails.Select(jail => jail.Name));
        JailPolicy sshd = guard.Jails[0];
        Assert.Equal("sshd", sshd.Filter.Name);
        Assert.Equal((3, TimeSpan.FromHours(1), TimeSpan.FromMinutes(10)), (sshd.MaxRetry, sshd.BanTime, sshd.FindTime));
        Assert.Equal(["22/tcp"], sshd.Ports.Select(port => port.ToString()));
        Assert.Equal(["/var/log/auth.log"], sshd.Logs);
        Assert.Equal(("recidive", TimeSpan.FromDays(1)), (guard.Jails[1].Filter.Name, guard.Jails[1].BanTime));
        Assert.Empty(guard.Jails[1].Logs);
        Assert.Empty(guard.Jails[1].Ports);
        Assert.Equal("ddos", guard.Jails[2].Filter.Mode);
        Assert.Equal(1, guard.Jails[3].MaxRetry);
        AssertNoted(result, "[sshd-ddos] fail2ban has had no filter 'sshd-ddos' since 0.10");
        AssertNoted(result, "/etc/fail2ban/jail.local:31: [sshd-distributed] bans at the first mistyped password");
        AssertNoted(result, "[sshd-distributed] there is no file /var/log/secure now");
        AssertNoted(result, "/etc/fail2ban/jail.local:6: [sshd] the actions drop-multiport, mail-it are not run");
        AssertNoted(result, "[recidive] listens to Virtward's own bans");
    }

    [Fact]
    public void Other_filters_are_named_by_their_file()
    {
        _files["/etc/fail2ban/jail.d/shop.local"] = "[shop]\nenabled = yes\nbackend = auto\nmaxlines = 2\nfailregex = a\n  b";
        ImportResult result = Import();
        JailPolicy shop = Assert.Single(ReadBack(result).Jails);
        Assert.Equal("/etc/fail2ban/filter.d/shop.conf", shop.Filter.Name);
        Assert.Equal("2", shop.Filter.Options["maxlines"]);
        Assert.Equal(["80/tcp", "443/tcp"], shop.Ports.Select(port => port.ToString()));
        Assert.Equal(["/var/log/shop/*.log", "/var/log/old.log"], shop.Logs);
        AssertNoted(result, "jail.d/shop.local:5: [shop] 'failregex' of the jail is not taken over");
        AssertNoted(result, "there is no file /var/log/old.log now");
    }

    [Fact]
    public void A_changed_filter_stays_fail2bans_own()
    {
        _files["/etc/fail2ban/jail.local"] = "[sshd]\nenabled = true\nmode = ddos";
        _files["/etc/fail2ban/filter.d/sshd.local"] = "[Definition]\nfailregex = ^y <HOST>$";
        Assert.Equal("/etc/fail2ban/filter.d/sshd.conf", Assert.Single(ReadBack(Import()).Jails).Filter.Name);
    }

    [Fact]
    public void Growth_exceptions_and_odd_values_are_taken_over_or_noted()
    {
        _files["/etc/fail2ban/jail.local"] = """
            [DEFAULT]
            ignoreip = 127.0.0.1/8 ::1 192.0.2.10 10.1.2.3/8 home.example.org 0.0.0.0/0
            bantime.increment = true
            bantime.factor = 3
            bantime.formula = ban.Time * 2
            bantime.maxtime = 5w
            bantime.rndtime = 6m
            [sshd]
            enabled = true
            bantime = -1
            ignorecommand = /bin/true <ip>
            ignoreip = 198.51.100.0/24
            port = 22,odd
            backend = systemd
            [shop]
            enabled = true
            bantime = 1h
            bantime.multipliers = 1 3 9 27
            maxretry = none
            port = 8080:8090
            protocol = all
            logpath = relative.log
            """;
        ImportResult result = Import();
        GuardPolicy guard = ReadBack(result);
        Assert.Equal(["192.0.2.10", "10.0.0.0/8"], guard.NeverBan.Select(prefix => prefix.ToString()));
        JailPolicy sshd = guard.Jails[0];
        Assert.Equal(TimeSpan.FromDays(364), sshd.BanTime);
        Assert.Equal((2.0, TimeSpan.FromDays(364)), (sshd.Increment!.Factor, sshd.Increment.Cap));
        Assert.True(sshd.Journal);
        Assert.Empty(sshd.Logs);
        Assert.Empty(sshd.Ports);
        Assert.Equal(["198.51.100.0/24"], sshd.NeverBan.Select(prefix => prefix.ToString()));
        JailPolicy shop = guard.Jails[1];
        Assert.Equal((3.0, TimeSpan.FromDays(35), 0.1), (shop.Increment!.Factor, shop.Increment.Cap, shop.Increment.Jitter));
        Assert.Equal(["8080-8090/tcp", "8080-8090/udp"], shop.Ports.Select(port => port.ToString()));
        Assert.Equal(5, shop.MaxRetry);
        foreach (string noted in new[]
        {
            "'home.example.org' is not taken over", "'0.0.0.0/0' is not taken over", "'10.1.2.3/8' has bits set", "'bantime = -1' is for ever",
            "'ignorecommand' is a command", "the port 'odd' is not known", "'bantime.formula' is a Python expression", "'bantime.factor = 3'",
            "'maxretry = none'", "the log 'relative.log' is not taken over", "host names in log lines are never looked up",
        })
        {
            AssertNoted(result, noted);
        }
    }

    [Fact]
    public void A_jail_that_cannot_run_is_left_out_with_the_reason()
    {
        _files["/etc/fail2ban/jail.local"] = "[nosuch]\nenabled = true\n[Odd_Name]\nenabled = true\nfilter = shop\nlogpath = %(nothing)s";
        ImportResult result = Import();
        Assert.Equal("odd-name", Assert.Single(ReadBack(result).Jails).Name);
        AssertNoted(result, "/etc/fail2ban/jail.local:2: [nosuch] there is no filter 'nosuch'");
        AssertNoted(result, "/etc/fail2ban/jail.local:6: [Odd_Name] %(nothing)s refers");
        AssertNoted(result, "is called 'odd-name' here");
    }

    [Fact]
    public void A_mode_that_our_own_filter_lacks_keeps_fail2bans_file()
    {
        _files["/etc/fail2ban/jail.local"] = "[postfix]\nenabled = true\nmode = rbl\nlogpath = /var/log/mail.log\n[postfix-sasl]\nenabled = true\nlogpath = /var/log/mail.log";
        _files["/etc/fail2ban/filter.d/postfix.conf"] = "[Definition]\nfailregex = ^x <HOST>$\nmode = more";
        Assert.Equal(
            ["/etc/fail2ban/filter.d/postfix.conf[mode=rbl]", "/etc/fail2ban/filter.d/postfix.conf[mode=auth]"],
            Import().Jails.Select(jail => jail.Filter));
    }

    [Fact]
    public void Nothing_enabled_is_a_policy_without_jails() => Assert.Empty(ReadBack(Import()).Jails);

    [Fact]
    public void A_note_about_an_option_that_is_nowhere_set_points_to_where_the_jail_is_switched_on()
    {
        _files["/etc/fail2ban/jail.local"] = "[bare]\nfilter = shop\nenabled = true\n";
        AssertNoted(Import(), "/etc/fail2ban/jail.local:3: [bare] names no log");
    }

    [Fact]
    public void What_one_line_means_for_several_jails_is_told_once()
    {
        ImportNote one = new("/etc/fail2ban/jail.local", 5, "sshd", "'ignorecommand' is not run");
        ImportNote placeless = new("", 0, "sshd", "names no log");
        Assert.Equal(
            [
                "/etc/fail2ban/jail.local:5: [sshd, shop] 'ignorecommand' is not run", "[sshd] names no log",
                "/etc/fail2ban/jail.local:6: [shop] 'ignorecommand' is not run", "[shop] names no log",
            ],
            ImportNote.Together([one, placeless, one with { Jail = "shop" }, one with { Jail = "shop", Line = 6 }, placeless with { Jail = "shop" }])
                .Select(static note => note.ToString()));
    }

    [Fact]
    public void No_set_up_is_a_problem() => Assert.Contains("--root", Fail2BanImport.Read(new MemoryTextFiles()).Problem!.ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData(90, "1m 30s")]
    [InlineData(604_800, "1w")]
    [InlineData(0, "1s")]
    [InlineData(694_861, "1w 1d 1h 1m 1s")]
    public void Durations_are_written_as_a_person_would(int seconds, string text) => Assert.Equal(text, PolicyText.Duration(TimeSpan.FromSeconds(seconds)));

    private ImportResult Import()
    {
        var result = Fail2BanImport.Read(_files);
        Assert.True(result.IsOk, result.Problem?.ToString());
        return result.Value;
    }

    private static GuardPolicy ReadBack(ImportResult result)
    {
        PolicyReading reading = PolicyReader.Read(result.Policy, "imported.yaml");
        Assert.True(reading.IsOk, string.Join('\n', reading.Problems) + "\n" + result.Policy);
        return reading.Policy.Guard;
    }

    private static void AssertNoted(ImportResult result, params string[] anyOf) =>
        Assert.True(
            result.Notes.Any(note => anyOf.Any(text => note.ToString().Contains(text, StringComparison.Ordinal))),
            $"no note says '{anyOf[0]}':\n{string.Join('\n', result.Notes)}");
}
