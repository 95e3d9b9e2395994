using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Bans;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

/// <summary>Who bans on the host: Fail2Ban set right where it is kept, our own daemon where nobody does.</summary>
public sealed class BanMakersTests
{
    // As Debian 12 has it, in short.
    private const string JailConf = """
        [DEFAULT]
        bantime  = 10m
        findtime  = 10m
        maxretry = 5
        backend = auto
        filter = %(__name__)s[mode=%(mode)s]
        mode = normal
        enabled = false
        mta = sendmail
        banaction = iptables-multiport
        banaction_allports = iptables-allports
        action_ = %(banaction)s[port="%(port)s", protocol="%(protocol)s", chain="%(chain)s"]
        action_mwl = %(action_)s
                     %(mta)s-whois-lines[sender="%(sender)s", dest="%(destemail)s"]
        action = %(action_)s
        [sshd]
        port    = ssh
        logpath = /var/log/auth.log
        [recidive]
        logpath  = /var/log/fail2ban.log
        banaction = %(banaction_allports)s
        bantime  = 1w
        findtime = 1d
        """;

    private static readonly Check[] All = [Ban01.Check, Ban02.Check, Ban03.Check, Ban04.Check, Ban05.Check, Ban06.Check];

    private static TestHost Host(string local, string unit = "fail2ban.service") => new TestHost().Units(unit).Dpkg("fail2ban", "python3-systemd", "nftables")
        .Config("/etc/fail2ban/jail.conf", JailConf).Config("/etc/fail2ban/jail.local", local)
        .State("/etc/fail2ban/filter.d/sshd.conf", 644).State("/etc/fail2ban/filter.d/recidive.conf", 644).State("/etc/fail2ban/filter.d/nginx-botsearch.conf", 644)
        .State("/var/log/dpkg.log", 644).Listeners(TestHost.Socket("tcp", "0.0.0.0", 2222, "ssh", "sshd"));

    [Fact]
    public void Whatever_a_guide_of_the_net_says_Fail2Ban_is_set_right_in_a_file_of_ours()
    {
        // The hardening guide's file: a log that is not there, a filter that is gone, the wrong port, bans for ever and a mail for each.
        AuditFacts before = Facts(Host("""
            [DEFAULT]
            ignoreip = 127.0.0.1/8 198.51.100.7
            bantime = -1
            maxretry = 2
            action = %(action_mwl)s
            [sshd]
            enabled = true
            [sshd-ddos]
            enabled = true
            [nginx-botsearch]
            enabled = true
            logpath = /var/log/nginx-error.log
            [recidive]
            enabled = true
            bantime = -1
            backend = systemd
            """), "never-ban: [203.0.113.99], ");
        MadeChanges made = Fail2BanChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(["BAN-01", "BAN-02", "BAN-03", "BAN-04", "BAN-05", "BAN-06"], change.Checks);
        Assert.True(change.MayBeLeftOut);
        Assert.Equal(["fail2ban-client", "--test"], Assert.Single(change.Proofs).Command);
        Assert.Equal([new UnitEffect("fail2ban.service", UnitEffectKind.Reload)], change.Effects);
        FileStep file = Assert.IsType<FileStep>(Assert.Single(change.Steps));
        Assert.Equal("/etc/fail2ban/jail.d/zz-virtward.local", file.Path);
        Assert.Equal("""
            [DEFAULT]
            banaction = nftables[type=multiport]
            banaction_allports = nftables[type=allports]
            ignoreip = 127.0.0.1/8 198.51.100.7 192.168.1.0/24 203.0.113.99 203.0.113.10 2001:db8::10 192.168.122.1
            [nginx-botsearch]
            enabled = false
            [recidive]
            action = %(action_)s
            bantime = 1w
            bantime.increment = true
            bantime.maxtime = 4w
            [sshd]
            action = %(action_)s
            backend = systemd
            bantime = 1h
            bantime.increment = true
            bantime.maxtime = 4w
            enabled = true
            maxretry = 3
            mode = aggressive
            port = ssh,2222
            [sshd-ddos]
            enabled = false

            """, file.Content![(file.Content!.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        Assert.Equal(2, made.Notes.Length);
        Assert.Contains("Fail2Ban's jail nginx-botsearch is switched off: it reads /var/log/nginx-error.log, which does not exist and stops Fail2Ban at its next start", made.Notes);

        AuditFacts after = Applied.On(before, made);
        Assert.All(All, check => Judged.Passes(check, after));
        Assert.Empty(Fail2BanChange.Of(after, after.Policy).Changes);
    }

    [Fact]
    public void What_is_as_it_should_be_is_left_alone()
    {
        const string good = "[DEFAULT]\nignoreip = 127.0.0.1/8 192.168.0.0/16 203.0.113.10 2001:db8::10\nbanaction = nftables\nbanaction_allports = nftables[type=allports]\nbackend = systemd\n[sshd]\nenabled = true\nport = 2222\n";
        Assert.Same(MadeChanges.None, Made(Host("", "ssh.service")));
        Assert.Empty(Made(Host(good)).Changes);
        Assert.Same(MadeChanges.None, Made(new TestHost().Units("fail2ban.service").Config(Fail2BanChange.Path, "[sshd]\nmode = aggressive\n")));
        Assert.Empty(Made(Host(good.Replace("ssh", "telnet", StringComparison.Ordinal)), "manage: false, ").Changes);
    }

    [Fact]
    public void A_jail_with_a_list_of_its_own_keeps_it_and_gets_the_rest()
    {
        FileStep file = File(Made(Host("[DEFAULT]\nbackend = systemd\n[sshd]\nenabled = true\nport = 2222\nignoreip = 198.51.100.7, friend.example\nignoreself = false\n")));
        Assert.Contains("[DEFAULT]\nbanaction = nftables[type=multiport]\nbanaction_allports = nftables[type=allports]\nignoreip = 127.0.0.0/8 ::1 192.168.1.0/24 203.0.113.10 2001:db8::10 192.168.122.1\n", file.Content, StringComparison.Ordinal);
        Assert.Contains("[sshd]\nignoreip = 198.51.100.7 friend.example 192.168.1.0/24 203.0.113.10 2001:db8::10 192.168.122.1\nignoreself = true\n", file.Content, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_read_after_ours_is_told_and_does_not_count_as_answered()
    {
        AuditFacts before = Facts(Host("[DEFAULT]\nbackend = systemd\n").Config("/etc/fail2ban/jail.d/zzz.local", "[sshd]\nenabled = true\nport = 2222\nmaxretry = 1\n"));
        MadeChanges made = Fail2BanChange.Of(before, before.Policy);
        Assert.Contains("maxretry of Fail2Ban's jail sshd stays: /etc/fail2ban/jail.d/zzz.local is read after /etc/fail2ban/jail.d/zz-virtward.local", made.Notes);
        Assert.Equal(["BAN-04", "BAN-06"], Assert.Single(made.Changes).Checks);
        AuditFacts after = Applied.On(before, made);
        Judged.Fails(Ban05.Check, after, "jail sshd maxretry");
        Assert.Empty(Fail2BanChange.Of(after, after.Policy).Changes);
    }

    [Fact]
    public void A_program_that_says_whom_to_spare_and_a_host_without_nftables_are_told()
    {
        MadeChanges made = Made(Host("[DEFAULT]\nbackend = systemd\nignorecommand = /usr/local/bin/friend <ip>\n[sshd]\nenabled = true\nport = 2222\nmaxretry = 1\n").Dpkg("fail2ban", "python3-systemd"));
        Assert.Equal(["BAN-05"], made.Changes[0].Checks);
        Assert.DoesNotContain("ignoreip", File(made).Content, StringComparison.Ordinal);
        Assert.DoesNotContain("nftables", File(made).Content, StringComparison.Ordinal);
        Assert.Equal(
            ["Fail2Ban's jail sshd keeps its action, which makes a rule for each ban: nftables is not installed", "whom Fail2Ban's jail sshd spares is left to its program: /usr/local/bin/friend <ip>"], made.Notes);
    }

    [Fact]
    public void One_that_does_not_come_up_is_mended_and_started_with_what_it_lacks()
    {
        AuditFacts before = Facts(Host("[sshd]\nenabled = true\nport = 2222\n", "fail2ban.service failed failed enabled").Dpkg("fail2ban", "nftables"));
        Judged.Fails(Ban01.Check, before, "fail2ban.service", "jail sshd");
        MadeChanges made = Fail2BanChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal([new PackageStep("python3-systemd", true), new UnitStep("fail2ban.service", null, true)], change.Steps.Where(static step => step is not FileStep));
        Assert.IsType<UnitStep>(change.Steps[^1]);
        Assert.Empty(change.Effects);
        AuditFacts after = Applied.On(before, made);
        Assert.All(All, check => Judged.Passes(check, after));
        Assert.Empty(Fail2BanChange.Of(after, after.Policy).Changes);
    }

    [Fact]
    public void Guests_behind_forwards_are_not_what_Fail2Ban_can_cover()
    {
        AuditFacts facts = Facts(Host("[sshd]\nenabled = true\n").Rules("table ip nat {\n chain pre {\n  type nat hook prerouting priority dstnat; policy accept;\n  iifname \"eth0\" tcp dport 8022 dnat to 192.168.122.5:22 # handle 3\n }\n}\n"));
        Judged.Fails(Ban03.Check, facts, "jail sshd port 2222", "forwards");
        Assert.DoesNotContain("BAN-03", Assert.Single(Fail2BanChange.Of(facts, facts.Policy).Changes).Checks);
    }

    [Fact]
    public void Where_nobody_bans_our_own_daemon_is_started_if_it_is_installed()
    {
        AuditFacts before = Facts(new TestHost().Units("ssh.service", "virtward.service inactive dead disabled"));
        Judged.Fails(Ban01.Check, before, "ban engine");
        MadeChanges made = GuardChange.Of(before, before.Policy);
        Assert.Equal([new UnitStep("virtward.service", UnitBoot.Enabled, true)], Assert.Single(made.Changes).Steps);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Ban01.Check, after);
        Assert.Same(MadeChanges.None, GuardChange.Of(after, after.Policy));

        AuditFacts without = Facts(new TestHost().Units("ssh.service"));
        made = GuardChange.Of(without, without.Policy);
        Assert.Empty(made.Changes);
        Assert.Contains("virtward.service is not installed here", Assert.Single(made.Notes), StringComparison.Ordinal);
        AuditFacts masked = Facts(new TestHost().Units("ssh.service", "virtward.service inactive dead masked"));
        Assert.Empty(GuardChange.Of(masked, masked.Policy).Changes);
        foreach (string other in new[] { "fail2ban.service", "crowdsec.service" })
        {
            AuditFacts facts = Facts(new TestHost().Units(other, "virtward.service inactive dead disabled"));
            Assert.Same(MadeChanges.None, GuardChange.Of(facts, facts.Policy));
        }

        AuditFacts unmanaged = Facts(new TestHost().Units("ssh.service", "virtward.service inactive dead disabled"), "manage: false, ");
        Assert.Same(MadeChanges.None, GuardChange.Of(unmanaged, unmanaged.Policy));
    }

    private static FileStep File(MadeChanges made) => Assert.Single(made.Changes[0].Steps.OfType<FileStep>());

    private static MadeChanges Made(TestHost host, string policy = "")
    {
        AuditFacts facts = Facts(host, policy);
        return Fail2BanChange.Of(facts, facts.Policy);
    }

    private static AuditFacts Facts(TestHost host, string guard = "") =>
        PlanRead.Of(host.Facts(Profile.Isolated, PolicyReader.Read($"version: 1\nguard: {{ {guard}jails: {{ sshd: {{ filter: sshd }} }} }}\n", "p").Policy!));
}
