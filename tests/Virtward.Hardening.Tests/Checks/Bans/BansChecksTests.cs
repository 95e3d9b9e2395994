using Virtward.Core.Policy;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Bans;

public sealed class BansChecksTests
{
    // As Debian 12 has it, in short.
    private const string JailConf = """
        [INCLUDES]
        before = paths-debian.conf
        [DEFAULT]
        ignorecommand =
        bantime  = 10m
        findtime  = 10m
        maxretry = 5
        backend = auto
        filter = %(__name__)s[mode=%(mode)s]
        mode = normal
        enabled = false
        mta = sendmail
        banaction = nftables
        banaction_allports = nftables[type=allports]
        action_ = %(banaction)s[port="%(port)s", protocol="%(protocol)s", chain="%(chain)s"]
        action_mwl = %(action_)s
                     %(mta)s-whois-lines[sender="%(sender)s", dest="%(destemail)s"]
        action = %(action_)s
        [sshd]
        port    = ssh
        logpath = %(sshd_log)s
        backend = %(sshd_backend)s
        [recidive]
        logpath  = /var/log/fail2ban.log
        banaction = %(banaction_allports)s
        bantime  = 1w
        findtime = 1d
        """;

    private const string Paths = """
        [DEFAULT]
        default_backend = %(default/backend)s
        syslog_authpriv = /var/log/auth.log
        sshd_log = %(syslog_authpriv)s
        sshd_backend = %(default_backend)s
        """;

    private static TestHost Fail2Ban(string local = "[DEFAULT]\nbackend = systemd\nignoreip = 127.0.0.1/8 ::1 192.168.1.0/24\n[sshd]\nenabled = true\n") => new TestHost()
        .Units("fail2ban.service").Dpkg("fail2ban", "python3-systemd")
        .Config("/etc/fail2ban/jail.conf", JailConf).Config("/etc/fail2ban/paths-debian.conf", Paths)
        .Config("/etc/fail2ban/jail.d/10-local.conf", local)
        .State("/etc/fail2ban/filter.d/sshd.conf", 644).State("/etc/fail2ban/filter.d/recidive.conf", 644)
        .State("/var/log/dpkg.log", 644)
        .Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"));

    private const string Guard = """
        table inet virtward {
            chain guard_prerouting { # handle 1
                type filter hook prerouting priority -350; policy accept;
                iifname "lo" accept # handle 2
            }
        }
        """;

    private static TestHost Virtward() => new TestHost().Units("virtward.service").Dpkg("virtward").Rules(Guard).Listeners(TestHost.Socket("tcp", "0.0.0.0", 2222, "ssh", "sshd"));

    [Fact]
    public void Virtwards_guard_passes_all_of_them()
    {
        Judged.Passes(Ban01.Check, Virtward().Facts());
        Judged.DoesNotApply(Ban02.Check, Virtward().Facts());
        Judged.Passes(Ban03.Check, Virtward().Facts());
        Judged.Passes(Ban04.Check, Virtward().Facts());
        Judged.Passes(Ban05.Check, Virtward().Facts());
        Judged.Passes(Ban06.Check, Virtward().Facts());
    }

    [Fact]
    public void A_right_Fail2Ban_passes_all_of_them()
    {
        foreach (Check check in BansChecks.All)
        {
            Judged.Passes(check, Fail2Ban().Facts());
        }
    }

    [Fact]
    public void Without_an_engine_the_first_says_so_and_the_others_have_no_meaning()
    {
        Evidence none = Assert.Single(Assert.Single(Judged.Fails(Ban01.Check, new TestHost().Units("ssh.service").Facts(), "ban engine").Findings).Evidence);
        Assert.Equal("units of ban engines", none.Where);
        Evidence off = Assert.Single(Assert.Single(Judged.Fails(Ban01.Check, new TestHost().Units("fail2ban.service inactive dead disabled").Facts(), "ban engine").Findings).Evidence);
        Assert.Equal("fail2ban.service", off.Where);
        Judged.DoesNotApply(Ban03.Check, new TestHost().Units("ssh.service").Facts());
        Judged.DoesNotApply(Ban04.Check, new TestHost().Units("ssh.service").Facts());
        static string First(TestHost host) => Judged.Fails(Ban01.Check, host.Units("ssh.service").Facts(), "ban engine").Findings[0].Remedy.Steps[0];
        Assert.Equal("virtward guard replay /var/log/secure", First(new TestHost().OnRhel().State("/var/log/secure", 600)));
        Assert.StartsWith("journalctl ", First(new TestHost()), StringComparison.Ordinal);
        Judged.IsUnknown(Ban01.Check, new TestHost().Units("crowdsec.service").Facts());
        Judged.IsUnknown(Ban01.Check, new TestHost().Facts());
    }

    [Fact]
    public void A_jail_that_waits_for_a_log_that_does_not_exist_is_found()
    {
        const string local = "[sshd]\nenabled = true\n";
        Judged.Fails(Ban01.Check, Fail2Ban(local).Facts(), "jail sshd");
        Judged.Passes(Ban01.Check, Fail2Ban(local).State("/var/log/auth.log", 640).Facts());
        Judged.Fails(Ban01.Check, Fail2Ban(local).Units("fail2ban.service failed failed enabled").Facts(), "fail2ban.service", "jail sshd");
        Judged.Fails(Ban01.Check, Fail2Ban().Dpkg("fail2ban").Facts(), "jail sshd");
        Judged.Fails(Ban01.Check, Fail2Ban("[sshd]\nenabled = false\n").Facts(), "jail sshd");
    }

    [Fact]
    public void A_jail_without_a_filter_is_found()
    {
        Judged.Fails(Ban02.Check, Fail2Ban().Config("/etc/fail2ban/jail.local", "[sshd-ddos]\nenabled = true\nport = ssh\nlogpath = /var/log/auth.log\n").Facts(), "jail sshd-ddos");
        Judged.IsUnknown(Ban02.Check, new TestHost().Dpkg("fail2ban").Facts());
        Judged.IsUnknown(Ban02.Check, new TestHost().Facts());
        Judged.DoesNotApply(Ban02.Check, new TestHost().Dpkg("ssh").Facts());
    }

    [Fact]
    public void A_ban_of_another_port_than_sshds_is_found()
    {
        Judged.Fails(Ban03.Check, Fail2Ban().Listeners(TestHost.Socket("tcp", "0.0.0.0", 2222, "ssh", "sshd")).Facts(), "jail sshd port 2222");
        Judged.Passes(Ban03.Check, Fail2Ban().Config("/etc/fail2ban/jail.local", "[sshd]\nport = ssh,2200-2299\n").Listeners(TestHost.Socket("tcp", "0.0.0.0", 2222, "ssh", "sshd")).Facts());
        Judged.Passes(Ban03.Check, Fail2Ban().Config("/etc/fail2ban/jail.local", "[sshd]\nbanaction = nftables-allports\n").Listeners(TestHost.Socket("tcp", "0.0.0.0", 2222, "ssh", "sshd")).Facts());
    }

    [Fact]
    public void Bans_that_forwards_go_past_and_a_guard_without_its_table_are_found()
    {
        Judged.Fails(Ban03.Check, Fail2Ban().Rules("table ip nat {\n chain pre { # handle 1\n type nat hook prerouting priority -100; policy accept;\n tcp dport 8022 dnat to 192.168.122.5:22 # handle 2\n }\n}\n").Facts(), "forwards");
        Judged.Fails(Ban03.Check, Virtward().Rules("").Facts(), "table inet virtward");
        Judged.IsUnknown(Ban03.Check, Virtward().Lacks("nft.txt", "it needs root").Facts());
    }

    [Fact]
    public void Administrators_that_could_be_banned_are_found()
    {
        Outcome outcome = Judged.Fails(Ban04.Check, Fail2Ban("[DEFAULT]\nbackend = systemd\n[sshd]\nenabled = true\n").Facts(), "jail sshd");
        Assert.Contains("192.168.1.0/24 (management)", outcome.Findings[0].What, StringComparison.Ordinal);
        Judged.Fails(Ban04.Check, Fail2Ban().Config("/etc/fail2ban/jail.local", "[sshd]\nignoreself = false\n").Facts(), "jail sshd ignoreself");
        Judged.IsUnknown(Ban04.Check, Fail2Ban().Config("/etc/fail2ban/jail.local", "[sshd]\nignorecommand = /usr/local/bin/spare <ip>\n").Facts());
    }

    [Fact]
    public void Limits_and_mails_are_judged_for_either_engine()
    {
        Judged.Fails(Ban05.Check, Fail2Ban().Config("/etc/fail2ban/jail.local", "[sshd]\nmaxretry = 1\nfindtime = 30\naction = %(action_mwl)s\n").Facts(), "jail sshd findtime", "jail sshd mail", "jail sshd maxretry");
        HostPolicy policy = DefaultPolicy.Read();
        policy = policy with { Guard = policy.Guard with { Jails = [.. policy.Guard.Jails.Select(static jail => jail with { MaxRetry = 1 })] } };
        Judged.Fails(Ban05.Check, Virtward().Facts(policy: policy), "jail sshd maxretry");
    }

    [Fact]
    public void Bans_for_ever_and_a_rule_for_each_are_found()
    {
        Judged.Fails(Ban06.Check, Fail2Ban().Config("/etc/fail2ban/jail.local", "[sshd]\nbantime = -1\nbanaction = iptables-multiport\n").Facts(), "jail sshd action", "jail sshd bantime");
        string rules = string.Concat(Enumerable.Range(1, 6).Select(static i => $"<rule family=\"ipv4\"><source address=\"198.51.100.{i}\"/><drop/></rule>"));
        Judged.Fails(Ban06.Check, Fail2Ban().Config("/etc/firewalld/zones/public.xml", $"<zone>{rules}</zone>").Facts(), "firewalld zone public");
        Judged.Fails(Ban06.Check, new TestHost().Units("ssh.service").Config("/etc/firewalld/zones/public.xml", $"<zone>{rules}</zone>").Facts(), "firewalld zone public");
        Judged.Passes(Ban06.Check, Fail2Ban().Config("/etc/firewalld/zones/public.xml", "<zone><rule family=\"ipv4\"><source address=\"192.0.2.1\"/><accept/></rule></zone>").Facts());
    }
}
