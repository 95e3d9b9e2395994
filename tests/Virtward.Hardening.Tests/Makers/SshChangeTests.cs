using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Ssh;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;
using static Virtward.Hardening.Tests.Support.SshTexts;

namespace Virtward.Hardening.Tests.Makers;

public sealed class SshChangeTests
{
    private const string DropInPath = "/etc/ssh/sshd_config.d/00-virtward.conf";

    private static readonly Check[] Answered = [Ssh01.Check, Ssh03.Check, Ssh05.Check, Ssh07.Check, Ssh08.Check, Ssh09.Check, Ssh10.Check, Ssh11.Check, Ssh12.Check, Ssh13.Check, Ssh14.Check, Ssh15.Check];

    private static readonly string Kex = string.Join('\n', "sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "diffie-hellman-group16-sha512", "diffie-hellman-group1-sha1");

    private static TestHost Insecure(string config = "PermitRootLogin yes\nPasswordAuthentication yes\nX11Forwarding yes\n") => Bare(config).Dpkg("openssh-server=1:9.2p1-2+deb12u7");

    private static TestHost Bare(string config) => Accounts(new TestHost()).Config("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n" + config)
        .Lacks(SshSources.Effective, "sshd was not asked").Text(SshSources.KeyExchanges, Kex).Units("ssh.service").Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"));

    [Theory]
    [InlineData("PermitRootLogin yes\nPasswordAuthentication yes\nX11Forwarding yes\n")]
    [InlineData("")]
    [InlineData("UsePAM yes\nKbdInteractiveAuthentication yes\nLogLevel QUIET\nMaxStartups 100\nUseDNS yes\nStrictModes no\nPermitTunnel yes\n")]
    public void Every_check_that_fails_passes_afterwards_and_a_second_plan_is_empty(string config)
    {
        AuditFacts before = Facts(Insecure(config), "ssh: { allow-users: [admin, root] }");
        MadeChanges made = SshChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Empty(made.Notes);
        Assert.Equal(Answered.Where(check => check.Judge(before).Status == Status.Fail).Select(static check => check.Id), change.Checks);
        Assert.Equal(ChangeRisk.LockOut, change.Risk);
        Assert.Equal([new UnitEffect("ssh.service", UnitEffectKind.Reload)], change.Effects);
        Assert.Equal(["sshd -t", "sshd -i -e"], change.Proofs.Select(static proof => string.Join(' ', proof.Command)));

        AuditFacts after = Applied.On(before, made);
        Assert.All(Answered, check => Judged.Passes(check, after));
        Judged.Passes(Ssh02.Check, after);
        Assert.Empty(SshChange.Of(after, after.Policy).Changes);
    }

    [Fact]
    public void What_sshd_itself_says_of_such_a_set_up_is_taken_for_it()
    {
        // As "sshd -T" of OpenSSH 9.2 prints what the drop-in sets.
        string[] answer =
        [
            "port 2222", "addressfamily inet", "listenaddress 192.168.1.100:2222", "permitrootlogin without-password", "passwordauthentication no", "kbdinteractiveauthentication no", "maxauthtries 4", "maxstartups 10:30:60",
            "logingracetime 60", "persourcemaxstartups 3", "persourcenetblocksize 32:64", "clientaliveinterval 300", "clientalivecountmax 2", "unusedconnectiontimeout 300", "channeltimeout session:*=30m", "allowagentforwarding no",
            "x11forwarding no", "allowtcpforwarding local", "loglevel VERBOSE", "requiredrsasize 3072", "allowusers admin", "kexalgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512",
            "ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr", "macs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com",
        ];
        const string Policy = "ipv6: off\nssh: { ports: [2222], listen: [192.168.1.100], allow-users: [admin] }";
        TestHost Said(params string[] lines) => Answering(With(lines)).Text(SshSources.KeyExchanges, Kex).Units("ssh.service");
        AuditFacts facts = Facts(Said(answer), Policy);
        Assert.Empty(SshChange.Of(facts, facts.Policy).Changes);

        // Without one of them sshd says what Debian sets, which will not do, but for three dead answers instead of two and its ciphers.
        foreach (string line in answer.Where(static line => !Debian12.Contains(line + "\n", StringComparison.Ordinal) && line != "clientalivecountmax 2" && !line.StartsWith("ciphers", StringComparison.Ordinal)))
        {
            AuditFacts other = Facts(Said([.. answer.Where(one => one != line)]), Policy);
            Assert.True(SshChange.Of(other, other.Policy).Changes.Length == 1, line);
        }
    }

    [Fact]
    public void A_file_without_an_Include_gets_one_and_keeps_its_comments()
    {
        AuditFacts before = Facts(Insecure().Config("/etc/ssh/sshd_config", "# ours\nPort 22\n\n#PermitRootLogin yes\nPermitRootLogin yes  # oh\n"));
        MadeChanges made = SshChange.Of(before, before.Policy);
        FileStep main = File(made, "/etc/ssh/sshd_config");
        Assert.Equal("Include /etc/ssh/sshd_config.d/*.conf\n# ours\nPort 22\n\n#PermitRootLogin yes\nPermitRootLogin yes  # oh\n", main.Content);
        Judged.Passes(Ssh03.Check, Applied.On(before, made));
    }

    [Fact]
    public void Before_OpenSSH_8_2_the_lines_stand_in_the_file_itself_once()
    {
        AuditFacts before = Facts(Bare("").Config("/etc/ssh/sshd_config", "PermitRootLogin yes\n").OnRhel().Rpm("openssh-server=8.0p1").Units("sshd.service"));
        MadeChanges made = SshChange.Of(before, before.Policy);
        Assert.DoesNotContain(made.Changes[0].Steps.OfType<FileStep>(), static file => file.Path == DropInPath);
        string text = File(made, "/etc/ssh/sshd_config").Content!;
        Assert.StartsWith("# virtward begin\n", text, StringComparison.Ordinal);
        Assert.Contains("ChallengeResponseAuthentication no\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("PerSourceMaxStartups", text, StringComparison.Ordinal);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Ssh01.Check, after);
        Judged.Passes(Ssh03.Check, after);
        Assert.Empty(SshChange.Of(after, after.Policy).Changes);
        Assert.Equal([new UnitEffect("sshd.service", UnitEffectKind.Reload)], made.Changes[0].Effects);

        AuditFacts other = new(after.Host, Policy("ssh: { forwarding: none }"), Profile.Isolated, TestHost.Now);
        string again = File(SshChange.Of(other, other.Policy), "/etc/ssh/sshd_config").Content!;
        Assert.Single(again.Split('\n'), "# virtward begin");
        Assert.Contains("AllowTcpForwarding no\n", again, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_would_win_are_switched_off_where_they_stand()
    {
        AuditFacts before = Facts(Insecure().Config("/etc/ssh/sshd_config", "PasswordAuthentication yes\nInclude /etc/ssh/sshd_config.d/*.conf\n")
            .Config("/etc/ssh/sshd_config.d/00-admin.conf", "# cloud\nPermitRootLogin yes\nBanner none\n"));
        MadeChanges made = SshChange.Of(before, before.Policy);
        Assert.Equal("#virtward# PasswordAuthentication yes\nInclude /etc/ssh/sshd_config.d/*.conf\n", File(made, "/etc/ssh/sshd_config").Content);
        Assert.Equal("# cloud\n#virtward# PermitRootLogin yes\nBanner none\n", File(made, "/etc/ssh/sshd_config.d/00-admin.conf").Content);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Ssh01.Check, after);
        Judged.Passes(Ssh03.Check, after);
    }

    [Fact]
    public void Ports_and_addresses_are_those_of_the_policy_alone()
    {
        AuditFacts before = Facts(Insecure("Port 22\nPort 2200\nListenAddress 0.0.0.0\n"), "ssh: { ports: [2222], listen: [192.168.1.100] }");
        MadeChanges made = SshChange.Of(before, before.Policy);
        string dropIn = File(made, DropInPath).Content!;
        Assert.Contains("\nPort 2222\n", dropIn, StringComparison.Ordinal);
        Assert.Contains("\nListenAddress 192.168.1.100:2222\n", dropIn, StringComparison.Ordinal);
        Assert.Contains("SSH-04", Assert.Single(made.Changes).Checks);
        Assert.Equal("Include /etc/ssh/sshd_config.d/*.conf\n#virtward# Port 22\n#virtward# Port 2200\n#virtward# ListenAddress 0.0.0.0\n", File(made, "/etc/ssh/sshd_config").Content);
        AuditFacts after = Applied.On(before, made);
        Assert.Equal(["2222"], after.Ssh.Instances[0].Everybody.Values("port"));
        Assert.Empty(SshChange.Of(after, after.Policy).Changes);
        Assert.Empty(made.Changes[0].Steps.OfType<CommandStep>());
        Assert.Contains("After=network-online.target\n", File(made, "/etc/systemd/system/ssh.service.d/00-virtward.conf").Content, StringComparison.Ordinal);
        Assert.Equal([new UnitEffect(null, UnitEffectKind.Reload), new UnitEffect("ssh.service", UnitEffectKind.Reload)], made.Changes[0].Effects);
    }

    [Fact]
    public void Where_the_policy_has_no_IPv6_sshd_has_none()
    {
        AuditFacts before = Facts(Insecure(), "ipv6: off");
        Judged.Fails(Ssh06.Check, before, "AddressFamily");
        MadeChanges made = SshChange.Of(before, before.Policy);
        Assert.Contains("SSH-06", made.Changes[0].Checks);
        Judged.Passes(Ssh06.Check, Applied.On(before, made));
        Judged.DoesNotApply(Ssh06.Check, Facts(Insecure()));
    }

    [Fact]
    public void SELinux_is_told_of_another_port()
    {
        AuditFacts facts = Facts(Bare("").OnRhel().Rpm("openssh-server=9.2p1").Config("/sys/fs/selinux/enforce", "1"), "ssh: { ports: [2222] }");
        Change change = SshChange.Of(facts, facts.Policy).Changes[0];
        Assert.Equal(new PackageStep("policycoreutils-python-utils", true), Assert.Single(change.Steps.OfType<PackageStep>()));
        CommandStep label = Assert.Single(change.Steps.OfType<CommandStep>());
        Assert.Equal("ssh_port_t", label.Wanted);
        Assert.Equal(["semanage", "port", "-a", "-t", "ssh_port_t", "-p", "tcp", "2222"], label.Set[0]);
    }

    [Fact]
    public void Where_systemd_listens_its_socket_gets_the_ports()
    {
        AuditFacts before = Facts(Insecure().Units("ssh.socket active listening enabled", "ssh.service inactive dead disabled").Listeners(TestHost.Socket("tcp", "::", 22, "ssh", "systemd")), "ssh: { ports: [2222] }");
        Change change = SshChange.Of(before, before.Policy).Changes[0];
        string socket = change.Steps.OfType<FileStep>().Single(static file => file.Path == "/etc/systemd/system/ssh.socket.d/00-virtward.conf").Content!;
        Assert.Contains("[Socket]\nListenStream=\nListenStream=2222\nFreeBind=yes\n", socket, StringComparison.Ordinal);
        Assert.Equal([new UnitEffect(null, UnitEffectKind.Reload), new UnitEffect("ssh.socket", UnitEffectKind.Restart)], change.Effects);
    }

    [Fact]
    public void Where_the_socket_follows_sshds_files_those_are_enough()
    {
        AuditFacts before = Facts(Insecure().Units("ssh.socket active listening enabled", "ssh.service inactive dead disabled").Config("/run/systemd/generator/ssh.socket.d/addresses.conf", "[Socket]\nListenStream=\nListenStream=0.0.0.0:22\n"), "ssh: { ports: [2222] }");
        MadeChanges made = SshChange.Of(before, before.Policy);
        Assert.Equal([DropInPath], made.Changes[0].Steps.OfType<FileStep>().Select(static file => file.Path));
        Assert.Contains("\nPort 2222\n", File(made, DropInPath).Content, StringComparison.Ordinal);
        Assert.Equal([new UnitEffect(null, UnitEffectKind.Reload), new UnitEffect("ssh.socket", UnitEffectKind.Restart)], made.Changes[0].Effects);
    }

    [Fact]
    public void What_would_shut_the_last_administrator_out_is_left_and_said()
    {
        TestHost noKey = Insecure().Config("/root/.ssh/authorized_keys", "").Config("/home/admin/.ssh/authorized_keys", "");
        AuditFacts before = Facts(noKey, "ssh: { root-login: no, allow-users: [nobody-here] }");
        MadeChanges made = SshChange.Of(before, before.Policy);
        string dropIn = File(made, DropInPath).Content!;
        Assert.DoesNotContain("AllowUsers", dropIn, StringComparison.Ordinal);
        Assert.DoesNotContain("PermitRootLogin", dropIn, StringComparison.Ordinal);
        Assert.DoesNotContain("PasswordAuthentication", dropIn, StringComparison.Ordinal);
        Assert.DoesNotContain("SSH-01", made.Changes[0].Checks);
        Assert.Contains("passwords for SSH stay on: no administrator would be left who can log in with a key; SSH-02 says what to do", made.Notes);

        // Only root has a key: root stays, and passwords go.
        AuditFacts rootOnly = Facts(Insecure().Config("/home/admin/.ssh/authorized_keys", ""), "ssh: { root-login: no }");
        made = SshChange.Of(rootOnly, rootOnly.Policy);
        Assert.DoesNotContain("PermitRootLogin", File(made, DropInPath).Content, StringComparison.Ordinal);
        Assert.Contains("PasswordAuthentication no", File(made, DropInPath).Content, StringComparison.Ordinal);
        Assert.Single(made.Notes, static note => note.StartsWith("how root may log in is left as it is: no administrator", StringComparison.Ordinal));
    }

    [Fact]
    public void A_short_RSA_key_keeps_its_way_in()
    {
        AuditFacts facts = Facts(Insecure().Config("/home/bob/.ssh/authorized_keys", AuthorizedKeys.Reduce(Rsa2048)));
        MadeChanges made = SshChange.Of(facts, facts.Policy);
        Assert.DoesNotContain("RequiredRSASize", File(made, DropInPath).Content, StringComparison.Ordinal);
        Assert.Contains(made.Notes, static note => note.Contains("an RSA key of bob with 2048 bits", StringComparison.Ordinal));
    }

    [Fact]
    public void Sshd_is_told_where_no_unit_runs_it()
    {
        AuditFacts without = Facts(Bare("").Dpkg("openssh-server=1:9.2p1-2+deb12u7").Units());
        Assert.Equal([new UnitEffect("ssh.service", UnitEffectKind.Reload)], Assert.Single(SshChange.Of(without, without.Policy).Changes).Effects);
        AuditFacts socket = Facts(Bare("").Dpkg("openssh-server=1:9.2p1-2+deb12u7").Units("ssh.socket"));
        Assert.Empty(Assert.Single(SshChange.Of(socket, socket.Policy).Changes).Effects);
    }

    [Fact]
    public void Nothing_is_made_where_it_is_not_wanted_or_sshd_is_not_there()
    {
        Assert.Same(MadeChanges.None, SshChange.Of(Facts(Insecure(), "ssh: { manage: false }"), Policy("ssh: { manage: false }")));
        AuditFacts without = Facts(new TestHost().Lacks(SshSources.Effective, "sshd is not installed"));
        Assert.Same(MadeChanges.None, SshChange.Of(without, without.Policy));
        AuditFacts hardened = Facts(ByFiles().Text(SshSources.KeyExchanges, Kex).Units("ssh.service"));
        Assert.Empty(SshChange.Of(hardened, hardened.Policy).Changes);
    }

    private static FileStep File(MadeChanges made, string path) => Assert.Single(made.Changes.SelectMany(static change => change.Steps).OfType<FileStep>(), file => file.Path == path);

    private static HostPolicy Policy(string yaml) => PolicyReader.Read($"version: 1\n{yaml}\n", "p").Policy!;

    private static AuditFacts Facts(TestHost host, string policy = "") => PlanRead.Of(host.Facts(Profile.Isolated, Policy(policy)));
}
