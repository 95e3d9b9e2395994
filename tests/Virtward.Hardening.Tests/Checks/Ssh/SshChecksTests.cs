using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Tests.Support;
using static Virtward.Hardening.Tests.Support.SshTexts;

namespace Virtward.Hardening.Tests.Checks.Ssh;

public sealed class SshChecksTests
{
    private static readonly Listener Bound = TestHost.Socket("tcp", "192.168.1.100", 22, "ssh", "sshd");

    private static TestHost Hardened() => ByFiles().Listeners(Bound)
        .State("/etc/ssh", 755, kind: "directory").State("/etc/ssh/sshd_config", 600).State("/etc/ssh/ssh_host_ed25519_key", 600)
        .State("/home/admin", 755, 1000, kind: "directory").State("/home/admin/.ssh", 700, 1000, kind: "directory").State("/home/admin/.ssh/authorized_keys", 600, 1000);

    [Fact]
    public void A_hardened_host_passes_all()
    {
        foreach (Check check in SshChecks.All.Where(static check => check.Id != "SSH-06"))
        {
            Judged.Passes(check, Hardened().Facts());
        }

        Judged.DoesNotApply(Ssh06.Check, Hardened().Facts());
        Assert.Contains("sshd itself was not asked", Judged.Passes(Ssh01.Check, Hardened().Facts()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_host_without_sshd_is_not_judged()
    {
        var facts = new TestHost().Lacks(SshSources.Effective, "sshd is not installed").Facts();
        foreach (Check check in SshChecks.All)
        {
            Judged.DoesNotApply(check, facts);
        }
    }

    [Fact]
    public void An_sshd_that_neither_runs_nor_starts_is_not_judged_but_only_where_units_are_known()
    {
        TestHost stopped = ByFiles("").Text("audit/units.json", "[]").Text("audit/unit-files.json", """[{"unit_file":"ssh.service","state":"disabled","preset":"enabled"}]""");
        Judged.DoesNotApply(Ssh01.Check, stopped.Facts());
        Judged.Fails(Ssh01.Check, ByFiles("").Facts(), "PasswordAuthentication");
    }

    [Fact]
    public void What_could_not_be_read_is_unknown()
    {
        var facts = new TestHost().WithoutRoot().Unreadable("/etc/ssh/sshd_config").Lacks(SshSources.Effective, "it may need root: sshd ended with 1").Facts();
        foreach (Check check in SshChecks.All)
        {
            Judged.IsUnknown(check, facts);
        }

        var hidden = ByFiles(config: "Include /opt/sshd.conf\n").Facts();
        Judged.IsUnknown(Ssh03.Check, hidden);
    }

    [Fact]
    public void Passwords_are_found_where_keyboard_interactive_still_asks_for_them()
    {
        Outcome outcome = Judged.Fails(Ssh01.Check, Answering(With("kbdinteractiveauthentication yes", "passwordauthentication no")).Facts(), "KbdInteractiveAuthentication");
        Assert.Contains(outcome.Findings[0].Remedy.Steps, static step => step == "systemctl reload ssh");
        Judged.Fails(Ssh01.Check, Answering().Facts(), "PasswordAuthentication");
        Judged.Passes(Ssh01.Check, Answering(With("kbdinteractiveauthentication yes", "passwordauthentication no", "usepam no")).Facts());
        Judged.Passes(Ssh01.Check, Answering(With("authenticationmethods publickey,password publickey,keyboard-interactive")).Facts());
        Judged.Fails(Ssh01.Check, Answering(With("authenticationmethods publickey password")).Facts(), "PasswordAuthentication");
    }

    [Fact]
    public void The_file_that_wins_and_the_one_that_loses_are_named_and_the_remedy_reaches_past_both()
    {
        TestHost host = ByFiles("PasswordAuthentication no\n").Config("/etc/ssh/sshd_config.d/00-aaa.conf", "PasswordAuthentication yes\n");
        Finding finding = Judged.Fails(Ssh01.Check, host.OnRhel().Facts(), "PasswordAuthentication").Findings[0];
        Assert.Contains(finding.Evidence, static one => one is { Where: "/etc/ssh/sshd_config.d/00-aaa.conf", Line: 1 });
        Assert.Contains(finding.Evidence, static one => one.Where == "/etc/ssh/sshd_config.d/00-virtward.conf" && one.Text.Contains("loses", StringComparison.Ordinal));
        Assert.Contains(finding.Remedy.Steps, static step => step.StartsWith("# /etc/ssh/sshd_config.d/00-aaa.conf:1: take out", StringComparison.Ordinal));
        Assert.Contains(finding.Remedy.Steps, static step => step == "systemctl reload sshd");
        Finding without = Judged.Fails(Ssh01.Check, ByFiles("", "PasswordAuthentication yes\nKbdInteractiveAuthentication no\n").Facts(), "PasswordAuthentication").Findings[0];
        Assert.Contains("Include /etc/ssh/sshd_config.d/*.conf", without.Remedy.Steps);
    }

    [Fact]
    public void An_administrator_needs_a_key_that_sshd_takes()
    {
        TestHost Without() => ByFiles().Text("root/root/%2e%ssh/authorized_keys", "").Text("root/home/admin/%2e%ssh/authorized_keys", "");
        Judged.Fails(Ssh02.Check, Without().Facts(), "administrator's key");
        Judged.Fails(Ssh02.Check, ByFiles("AllowUsers bob\n").Facts(), "administrator's key");
        Judged.Fails(Ssh02.Check, ByFiles("PubkeyAuthentication no\n").Facts(), "administrator's key");
        Judged.Passes(Ssh02.Check, ByFiles("PermitRootLogin no\n").Facts());
        Judged.Fails(Ssh02.Check, ByFiles("PermitRootLogin no\n").State("/home/admin", 777, 1000, kind: "directory").Facts(), "administrator's key");
        Judged.Passes(Ssh02.Check, ByFiles("PermitRootLogin no\nStrictModes no\n").State("/home/admin", 777, 1000, kind: "directory").Facts());
        TestHost rsa = Without().Config("/root/.ssh/authorized_keys", AuthorizedKeys.Reduce(Rsa2048));
        Judged.Fails(Ssh02.Check, rsa.Facts(), "administrator's key");
        Judged.IsUnknown(Ssh02.Check, ByFiles("AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys\nAuthorizedKeysFile none\n").Facts());
        Judged.IsUnknown(Ssh02.Check, ByFiles("AuthorizedKeysFile /srv/keys/%u\n").Facts());
        Judged.IsUnknown(Ssh02.Check, Without().Unreadable("/home/admin/.ssh/authorized_keys").WithoutRoot().Facts());
        Judged.IsUnknown(Ssh02.Check, ByFiles().Unreadable("/etc/passwd").Facts());
        TestHost sudoers = Without().Config("/etc/sudoers", "Defaults use_pty\n%ops ALL=(ALL) ALL\nbob ALL=(ALL) ALL\n").Config("/home/bob/.ssh/authorized_keys", AuthorizedKeys.Reduce(Ed25519));
        Judged.Passes(Ssh02.Check, sudoers.Config("/etc/ssh/sshd_config.d/00-virtward.conf", "").Facts());
    }

    [Fact]
    public void Root_with_a_password_and_ways_in_without_proof_are_found()
    {
        Judged.Fails(Ssh03.Check, Answering(With("permitrootlogin yes", "permitemptypasswords yes", "hostbasedauthentication yes", "ignorerhosts no", "pubkeyauthentication no")).Facts(),
            "PermitRootLogin", "PermitEmptyPasswords", "HostbasedAuthentication", "IgnoreRhosts", "PubkeyAuthentication");
        Judged.Passes(Ssh03.Check, Answering().Facts());
        Judged.Passes(Ssh03.Check, Answering(With("permitrootlogin no")).Facts());
        Outcome mild = Judged.Fails(Ssh03.Check, Answering(With("permitrootlogin yes", "passwordauthentication no")).Facts(), "PermitRootLogin");
        Assert.Equal(Severity.Medium, mild.Findings[0].Severity);
    }

    [Fact]
    public void Sockets_on_all_addresses_are_found_and_the_remedy_knows_who_listens()
    {
        Finding finding = Judged.Fails(Ssh04.Check, Answering().Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"), TestHost.Socket("tcp", "::", 22, "ssh", "sshd")).Facts(),
            "tcp 0.0.0.0:22", "tcp [::]:22").Findings[0];
        Assert.Contains("ListenAddress 192.168.1.100:22", finding.Remedy.Steps);
        Judged.Fails(Ssh04.Check, Answering().Listeners(TestHost.Socket("tcp", "203.0.113.10", 22, "ssh", "sshd")).Facts(), "tcp 203.0.113.10:22");
        Judged.Passes(Ssh04.Check, Answering().Listeners(Bound, TestHost.Socket("tcp", "127.0.0.1", 22, "ssh", "sshd")).Facts());
        Judged.Passes(Ssh04.Check, Answering().Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd", "eth1")).Facts());
        Judged.IsUnknown(Ssh04.Check, Answering().Facts());
        Judged.IsUnknown(Ssh04.Check, Answering().Lacks(SnapshotNames.Listeners, "it needs root").Facts());
        TestHost activated = Answering().Listeners(TestHost.Socket("tcp", "::", 22, "systemd", "systemd"))
            .Text("audit/units.json", """[{"unit":"ssh.socket","load":"loaded","active":"active","sub":"listening","description":""}]""")
            .Text("audit/unit-files.json", "[]").Text("audit/unit-sockets.json", """[{"listen":"[::]:22","unit":"ssh.socket","activates":"ssh.service"}]""");
        Finding socket = Judged.Fails(Ssh04.Check, activated.Facts(), "tcp [::]:22").Findings[0];
        Assert.Contains("ListenStream=192.168.1.100:22", socket.Remedy.Steps);
        Assert.Equal(Severity.Low, Judged.Fails(Ssh04.Check, activated.Facts(Profile.Lab), "tcp [::]:22").Findings[0].Severity);
    }

    [Fact]
    public void A_port_that_no_file_names_is_found()
    {
        Judged.Passes(Ssh05.Check, Answering().Listeners(Bound).Facts());
        Judged.Passes(Ssh05.Check, Answering(With("port 2222")).Listeners(Bound with { Port = 2222 }).Facts());
        Finding finding = Judged.Fails(Ssh05.Check, ByFiles("Port 2222\n").OnRhel().Listeners(Bound).Facts(), "tcp 22").Findings[0];
        Assert.Contains(finding.Remedy.Steps, static step => step.StartsWith("semanage port -a -t ssh_port_t -p tcp 2222", StringComparison.Ordinal));
        Judged.Passes(Ssh05.Check, Answering().Listeners(Bound with { Port = 2200, Processes = [new ListenerProcess(5, "sshd") { Arguments = "-p 2200" }] }).Facts());
        Judged.IsUnknown(Ssh05.Check, Answering().Facts());
    }

    [Fact]
    public void Limits_are_judged_by_their_values()
    {
        Judged.Fails(Ssh07.Check, Answering().Facts(), "MaxAuthTries", "MaxStartups", "LoginGraceTime");
        Judged.Fails(Ssh07.Check, ByFiles("MaxSessions 50\nMaxAuthTries 3\nMaxStartups 10:30:60\nLoginGraceTime 0\n").Facts(), "MaxSessions", "LoginGraceTime");
        Judged.Fails(Ssh08.Check, Answering().Facts(), "PerSourceMaxStartups", "PerSourceNetBlockSize");
        Judged.Fails(Ssh08.Check, Answering(With("persourcemaxstartups 3", "persourcenetblocksize 32:64", "persourcepenalties no")).Facts(), "PerSourcePenalties");
        Judged.Passes(Ssh08.Check, Answering(With("persourcemaxstartups 3", "persourcenetblocksize 32:56", "persourcepenalties crash:90 authfail:5 noauth:1 grace-exceeded:10 max:600 min:15")).Facts());
        string trixie = With("persourcemaxstartups 3", "persourcenetblocksize 32:64", "persourcepenalties crash:90 authfail:5 noauth:1 max:600 min:15");
        HostPolicy policy = PolicyReader.Read("version: 1\nzones:\n  management: { interfaces: [eth1], sources: [192.168.1.0/24] }\n", "p").Policy!;
        Finding exempt = Assert.Single(Judged.Fails(Ssh08.Check, Answering($"{trixie}\npersourcepenaltyexemptlist none").Facts(policy: policy), "PerSourcePenaltyExemptList").Findings);
        Assert.Contains("PerSourcePenaltyExemptList 192.168.1.0/24", exempt.Remedy.Steps);
        Judged.Passes(Ssh08.Check, Answering($"{trixie}\npersourcepenaltyexemptlist 10.0.0.0/8,192.168.0.0/16").Facts(policy: policy));
        string old = string.Join('\n', Debian12.Split('\n').Where(static line => !line.StartsWith("persource", StringComparison.Ordinal)));
        Judged.DoesNotApply(Ssh08.Check, Answering(old).Facts());
    }

    [Fact]
    public void Weak_exchanges_are_found_and_post_quantum_ones_are_asked_for_only_where_they_exist()
    {
        Judged.Fails(Ssh09.Check, Answering().Facts(), "KexAlgorithms NIST curves");
        TestHost Kex(string list, string known) => Answering(With($"kexalgorithms {list}")).Text(SshSources.KeyExchanges, known);
        Judged.Fails(Ssh09.Check, Kex("curve25519-sha256", "curve25519-sha256\nsntrup761x25519-sha512@openssh.com\n").Facts(), "KexAlgorithms post-quantum");
        Judged.Fails(Ssh09.Check, Kex("curve25519-sha256,mlkem768x25519-sha256", "").Facts(), "KexAlgorithms order");
        Judged.Fails(Ssh09.Check, Kex("mlkem768x25519-sha256,diffie-hellman-group14-sha1", "").Facts(), "KexAlgorithms SHA-1");
        Judged.Passes(Ssh09.Check, Kex("curve25519-sha256", "curve25519-sha256\n").Facts());
        Judged.Fails(Ssh09.Check, Kex("curve25519-sha256", "curve25519-sha256\n").OnRhel().Config("/etc/crypto-policies/state/current", "LEGACY\n").Facts(), "crypto policy");
        Judged.Passes(Ssh09.Check, Kex("curve25519-sha256", "curve25519-sha256\n").OnRhel().Config("/etc/crypto-policies/state/current", "DEFAULT:NO-SHA1\n").Facts());
        Judged.Passes(Ssh09.Check, Kex("ecdh-sha2-nistp256", "sntrup761x25519-sha512\n").OnRhel().Config("/etc/crypto-policies/state/current", "FIPS\n").Facts());
        Judged.IsUnknown(Ssh09.Check, ByFiles("").Lacks("audit/packages-dpkg.txt", "?").Facts());
    }

    [Fact]
    public void The_list_that_an_included_crypto_policy_sets_counts()
    {
        TestHost host = ByFiles("Include /etc/crypto-policies/back-ends/opensshserver.config\n").OnRhel()
            .Config("/etc/crypto-policies/back-ends/opensshserver.config", "Ciphers aes256-gcm@openssh.com,aes256-cbc\nMACs hmac-sha2-256-etm@openssh.com\nKexAlgorithms curve25519-sha256\n");
        Finding finding = Judged.Fails(Ssh10.Check, host.Facts(), "Ciphers").Findings[0];
        Assert.Contains(finding.Evidence, static one => one.Where == "/etc/crypto-policies/back-ends/opensshserver.config");
    }

    [Fact]
    public void Weak_ciphers_and_checksums_are_found()
    {
        Judged.Fails(Ssh10.Check, Answering().Facts(), "MACs weak", "MACs encrypt-and-MAC");
        Judged.Fails(Ssh10.Check, Answering(With("ciphers aes256-gcm@openssh.com,3des-cbc", "macs hmac-sha2-512-etm@openssh.com")).Facts(), "Ciphers");
        Judged.Passes(Ssh10.Check, Answering(With("ciphers aes256-gcm@openssh.com,chacha20-poly1305@openssh.com")).Facts());
    }

    [Fact]
    public void Weak_keys_of_host_and_users_are_found()
    {
        TestHost host = ByFiles().Config("/home/bob/.ssh/authorized_keys", AuthorizedKeys.Reduce($"{Rsa2048}\n{Ecdsa}\n"));
        Judged.Fails(Ssh11.Check, host.Facts(), "key of bob: old@desk", "key of bob: ec@desk");
        TestHost hostKey = ByFiles("RequiredRSASize 3072\nKexAlgorithms curve25519-sha256\n").Config("/etc/ssh/ssh_host_rsa_key.pub", AuthorizedKeys.Reduce(Rsa2048));
        Judged.Fails(Ssh11.Check, hostKey.Facts(), "host key /etc/ssh/ssh_host_rsa_key");
        Judged.Fails(Ssh11.Check, ByFiles("HostKey /etc/ssh/ssh_host_ed25519_key\n").Config("/etc/ssh/moduli", "2047 60\n3071 76\n").Facts(), "RequiredRSASize", "moduli");
        Judged.Passes(Ssh11.Check, ByFiles().Config("/etc/ssh/moduli", "2047 60\n").Facts());
        Judged.IsUnknown(Ssh11.Check, ByFiles().Unreadable("/home/bob/.ssh/authorized_keys").Facts());
        Judged.IsUnknown(Ssh11.Check, ByFiles().Lacks("root/etc/ssh/ssh_host_ed25519_key.pub", "it needs root").Facts());
    }

    [Fact]
    public void Sessions_must_end_and_old_versions_are_not_asked_for_what_they_do_not_know()
    {
        Judged.Fails(Ssh12.Check, Answering().Facts(), "ClientAliveInterval", "UnusedConnectionTimeout", "ChannelTimeout");
        Judged.Passes(Ssh12.Check, Answering(With("clientaliveinterval 300", "clientalivecountmax 2", "unusedconnectiontimeout 300", "channeltimeout session:*=30m")).Facts());
        string old = string.Join('\n', With("clientaliveinterval 300", "clientalivecountmax 2").Split('\n').Where(static line => !line.StartsWith("unused", StringComparison.Ordinal)));
        Judged.Passes(Ssh12.Check, Answering(old).Facts());
        Judged.Fails(Ssh12.Check, Answering(With("clientaliveinterval 300", "clientalivecountmax 0", "unusedconnectiontimeout 300", "channeltimeout session:*=30m")).Facts(), "ClientAliveCountMax");
    }

    [Fact]
    public void Forwarding_is_judged_setting_by_setting()
    {
        Judged.Fails(Ssh13.Check, Answering().Facts(), "AllowTcpForwarding", "AllowAgentForwarding", "X11Forwarding");
        Judged.Passes(Ssh13.Check, Answering(With("disableforwarding yes")).Facts());
        Judged.Fails(Ssh13.Check, Answering(With("disableforwarding yes", "permituserenvironment yes", "gatewayports clientspecified")).Facts(), "PermitUserEnvironment");
    }

    [Fact]
    public void Groups_must_be_named_and_hold_an_administrator()
    {
        Judged.Fails(Ssh14.Check, Answering().Facts(), "AllowGroups");
        Judged.Fails(Ssh14.Check, ByFiles("AllowGroups sftponly\nPermitRootLogin no\n").Facts(), "administrator");
        Judged.Passes(Ssh14.Check, ByFiles("AllowUsers admin@192.168.1.*\n").Facts());
        Judged.IsUnknown(Ssh14.Check, ByFiles("AllowGroups sudo\n").Unreadable("/etc/passwd").Facts());
    }

    [Fact]
    public void Logging_and_its_kind_are_judged()
    {
        Judged.Fails(Ssh15.Check, Answering(With("strictmodes no", "usedns yes")).Facts(), "LogLevel", "StrictModes", "UseDNS");
        Judged.Passes(Ssh15.Check, Answering(With("loglevel VERBOSE")).Facts());
    }

    [Fact]
    public void Modes_are_judged_and_RHEL_keeps_its_group_for_host_keys()
    {
        Judged.Fails(Ssh16.Check, Hardened().State("/etc/ssh/sshd_config.d/50-x.conf", 644).State("/etc/ssh/ssh_host_rsa_key", 640, 0, 998).State("/home/bob", 777, 1001, kind: "directory")
            .State("/home/bob/.ssh/authorized_keys", 600, 1000).Facts(),
            "/etc/ssh/sshd_config.d/50-x.conf", "/etc/ssh/ssh_host_rsa_key", "/home/bob", "/home/bob/.ssh/authorized_keys");
        Judged.Passes(Ssh16.Check, Hardened().OnRhel().State("/etc/ssh/ssh_host_rsa_key", 640, 0, 998).Facts());
        Assert.Equal(Severity.High, Judged.Fails(Ssh16.Check, Hardened().State("/etc/ssh/sshd_config.d", 777, kind: "directory").Facts(), "/etc/ssh/sshd_config.d").Findings[0].Severity);
        Judged.IsUnknown(Ssh16.Check, Hardened().WithoutRoot().Facts());
        Judged.IsUnknown(Ssh16.Check, ByFiles().Facts());
    }

    [Fact]
    public void Blocks_that_take_something_back_are_found()
    {
        TestHost host = ByFiles(DropIn + "\nMatch User backup\n  PasswordAuthentication yes\n  AllowTcpForwarding yes\nMatch Group nobodys\n  PermitRootLogin yes\nMatch Address 10.0.0.0/8\n  X11Forwarding no\n");
        Outcome outcome = Judged.Fails(Ssh17.Check, host.Facts(), "Match User backup: PasswordAuthentication", "Match User backup: AllowTcpForwarding", "Match Group nobodys: PermitRootLogin");
        Assert.Contains(outcome.Findings[0].Evidence, static one => one.Text.StartsWith("Match User backup", StringComparison.Ordinal));
        Judged.Passes(Ssh01.Check, host.Facts());
        Judged.Passes(Ssh17.Check, ByFiles(DropIn + "\nMatch User backup\n  X11Forwarding no\n").Facts());
        Judged.IsUnknown(Ssh17.Check, ByFiles(config: "Include /opt/sshd.conf\n" + DebianConfig).Facts());
    }

    [Fact]
    public void What_sshd_itself_says_of_a_block_counts()
    {
        TestHost host = Answering().Text("audit/sshd-T-match-0.txt", With("passwordauthentication no")).Config("/etc/ssh/sshd_config.d/50-x.conf", "Match User bob\n  PasswordAuthentication no\n")
            .Text("audit/sshd-T-match-1.txt", With("passwordauthentication yes"));
        Judged.Fails(Ssh17.Check, host.Facts(), "Match User bob: PasswordAuthentication");
    }

    [Fact]
    public void A_second_server_is_listed_and_judged_too()
    {
        Listener other = TestHost.Socket("tcp", "192.168.1.100", 2200, "ssh", "sshd") with { Processes = [new ListenerProcess(7, "sshd") { Program = "/usr/sbin/sshd", Arguments = "-f /etc/ssh/sshd_config_vpn" }] };
        TestHost host = Hardened().Config("/etc/ssh/sshd_config_vpn", "Port 2200\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\nUsePAM yes\n").Listeners(Bound, other);
        Judged.Fails(Ssh17.Check, host.Facts(), "second sshd /etc/ssh/sshd_config_vpn");
        Finding finding = Judged.Fails(Ssh01.Check, host.Facts(), "PasswordAuthentication (/etc/ssh/sshd_config_vpn)").Findings[0];
        Assert.Contains("sshd -t -f /etc/ssh/sshd_config_vpn", finding.Remedy.Steps);
        Judged.Passes(Ssh05.Check, host.Facts());
    }

    [Fact]
    public void Garbage_in_every_file_breaks_no_check()
    {
        string garbage = "\0\u0001Match \"\nInclude *\n" + new string('=', 20_000) + "\nMatch User\nPort 99999999999999999999\nHostKey\nMaxStartups ::::\n";
        TestHost host = ByFiles(garbage, garbage).Config("/etc/passwd", garbage).Config("/etc/group", garbage).Config("/etc/ssh/moduli", garbage).Text(SshSources.KeyExchanges, garbage);
        foreach (Check check in SshChecks.All)
        {
            _ = check.Judge(host.Facts());
            _ = check.Judge(Answering(garbage + "\nport x\npermitrootlogin\nmaxstartups 1:2\nlistenaddress\nhostkey\nauthorizedkeysfile %\n").Facts());
        }
    }
}
