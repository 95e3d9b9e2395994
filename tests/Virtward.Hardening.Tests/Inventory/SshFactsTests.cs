using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class SshFactsTests
{
    [Fact]
    public void Keys_are_reduced_to_type_bits_comment_and_the_names_of_options()
    {
        string text = $"# comment\n{SshTexts.Ed25519}\nfrom=\"10.0.0.0/8,192.0.2.1\",command=\"/bin/x --token \\\"s3cret\\\" y\",no-pty {SshTexts.Rsa2048}\n{SshTexts.Ecdsa}\nrubbish\n";
        string reduced = AuthorizedKeys.Reduce(text);
        Assert.DoesNotContain("s3cret", reduced, StringComparison.Ordinal);
        Assert.DoesNotContain("AAAA", reduced, StringComparison.Ordinal);
        var keys = AuthorizedKeys.Read("/k", reduced);
        Assert.Equal(4, keys.Length);
        Assert.Equal((2, "ssh-ed25519", 256, "admin@desk"), (keys[0].Line, keys[0].Type, keys[0].Bits, keys[0].Comment));
        Assert.Equal((3, "ssh-rsa", 2048, "old@desk"), (keys[1].Line, keys[1].Type, keys[1].Bits, keys[1].Comment));
        Assert.Equal(["from=\"10.0.0.0/8,192.0.2.1\"", "command", "no-pty"], keys[1].Options);
        Assert.NotNull(keys[1].Weakness);
        Assert.NotNull(keys[2].Weakness);
        Assert.Equal("", keys[3].Type);
    }

    [Fact]
    public void Broken_key_files_do_no_harm()
    {
        foreach (string text in new[] { "", "\0\0\0", "ssh-rsa", "ssh-rsa AAAA", "ssh-rsa ////////", "\"\"\"\" ssh-rsa x", "ssh-dss " + new string('A', 100_000), new string('"', 50_000), "ssh-rsa " + Convert.ToBase64String([255, 255, 255, 255]) })
        {
            _ = AuthorizedKeys.Read("/k", AuthorizedKeys.Reduce(text));
            _ = AuthorizedKeys.Read("/k", text);
        }
    }

    [Theory]
    [InlineData("1:9.2p1-2+deb12u7", 9, 2)]
    [InlineData("8.7p1-38.el9_4.4", 8, 7)]
    [InlineData("0:9.9p1-7.el10_0", 9, 9)]
    [InlineData("1:10.0p1-7", 10, 0)]
    public void The_version_is_read_from_the_package(string package, int major, int minor) => Assert.Equal(new SshVersion(major, minor), SshVersion.Parse(package));

    [Fact]
    public void A_version_that_is_none_is_none()
    {
        Assert.Null(SshVersion.Parse(null));
        Assert.Null(SshVersion.Parse("x"));
    }

    [Fact]
    public void What_sshd_says_goes_before_what_its_files_say_and_both_are_evidence()
    {
        SshFacts facts = SshFacts.Read(SshTexts.Answering(SshTexts.With("x11forwarding no")).Snapshot);
        SshView view = facts.Instances[0].Everybody;
        Assert.True(view.Asked);
        Assert.Equal("no", view.Value("x11forwarding"));
        Assert.Contains(view.Evidence("x11forwarding"), static one => one.Text.Contains("sshd itself says otherwise", StringComparison.Ordinal));
        Assert.Equal(3, view.Values("hostkey").Length);
        Assert.False(view.Knows("persourcepenalties"));
        Assert.True(view.Knows("unusedconnectiontimeout"));
    }

    [Fact]
    public void Without_an_answer_files_and_defaults_of_the_version_count()
    {
        SshView view = SshFacts.Read(SshTexts.ByFiles("KexAlgorithms -ecdh-*,*sha1*\nCiphers +3des-cbc\nMACs ^hmac-sha2-512\n").Snapshot).Instances[0].Everybody;
        Assert.False(view.Asked);
        Assert.Null(view.Problem);
        Assert.Equal("6", view.Value("maxauthtries"));
        Assert.StartsWith("sntrup761x25519-sha512@openssh.com,curve25519", view.Value("kexalgorithms"), StringComparison.Ordinal);
        Assert.DoesNotContain("nistp", view.Value("kexalgorithms"), StringComparison.Ordinal);
        Assert.EndsWith(",3des-cbc", view.Value("ciphers"), StringComparison.Ordinal);
        Assert.StartsWith("hmac-sha2-512,", view.Value("macs"), StringComparison.Ordinal);
        Assert.False(view.Knows("persourcepenalties"));
        Assert.Equal("no", view.Value("kbdinteractiveauthentication"));
    }

    [Fact]
    public void What_a_block_for_everybody_says_holds_for_everybody()
    {
        SshFacts facts = SshFacts.Read(SshTexts.ByFiles("PasswordAuthentication no\nMatch User bob\nX11Forwarding no\nMatch all\nPasswordAuthentication yes\n").Snapshot);
        Assert.Equal("yes", facts.Instances[0].Everybody.Value("passwordauthentication"));
        Assert.Equal("virtward-nobody", SshClass.Ordinary(facts.Instances[0].Config).User);
        SshdConfig outside = SshFacts.Read(SshTexts.ByFiles("Match Address *,!10.0.0.0/8\nX11Forwarding yes\n").Snapshot).Instances[0].Config;
        Assert.Equal("10.77.77.77", SshClass.Ordinary(outside).Address);
    }

    [Fact]
    public void The_old_name_of_keyboard_interactive_counts()
    {
        SshView view = SshFacts.Read(SshTexts.ByFiles("ChallengeResponseAuthentication no\n", "Include /etc/ssh/sshd_config.d/*.conf\n").Snapshot).Instances[0].Everybody;
        Assert.Equal("no", view.Value("kbdinteractiveauthentication"));
    }

    [Fact]
    public void An_answer_that_is_none_is_not_believed()
    {
        foreach (string answer in new[] { "", "\0\0", "Segmentation fault\n", "<html>\n", new string('x', 200_000) })
        {
            Assert.False(SshFacts.Read(SshTexts.Answering(answer).Snapshot).Instances[0].Everybody.Asked);
        }
    }

    [Fact]
    public void Sshd_is_asked_about_each_block_and_about_each_other_server_of_root()
    {
        var host = SshTexts.ByFiles("Match User backup\n  PasswordAuthentication yes\nMatch Group nobodys\n  X11Forwarding yes\n")
            .Config("/etc/ssh/sshd_config_vpn", "Port 2200\nMatch all\nX11Forwarding yes\n");
        Listener own = TestHost.Socket("tcp", "10.8.0.1", 2200, "ssh", "sshd") with { Processes = [new ListenerProcess(7, "sshd") { Program = "/usr/sbin/sshd", Arguments = "-f /etc/ssh/sshd_config_vpn" }] };
        Listener foreign = own with { Uid = 1000, Port = 2300, Processes = [new ListenerProcess(8, "sshd") { Program = "/usr/sbin/sshd", Arguments = "-f /home/eve/shadow" }] };
        Snapshot snapshot = host.Listeners(own, foreign).Snapshot;
        string[] asked = [.. SshSources.All.FollowUps.Single()(snapshot).Select(static source => $"{source.Name}: {string.Join(' ', source.Command.Arguments)}")];
        Assert.Equal(
            [
                "audit/sshd-T-match-0.txt: -T -C user=virtward-nobody,host=client.invalid,addr=203.0.113.77,laddr=127.0.0.1,lport=22",
                "audit/sshd-T-match-1.txt: -T -C user=backup,host=client.example,addr=203.0.113.77,laddr=127.0.0.1,lport=22",
                "audit/sshd-T-etc-ssh-sshd_config_vpn-0.txt: -T -f /etc/ssh/sshd_config_vpn -C user=virtward-nobody,host=client.invalid,addr=203.0.113.77,laddr=127.0.0.1,lport=22",
                "audit/sshd-T-etc-ssh-sshd_config_vpn-1.txt: -T -f /etc/ssh/sshd_config_vpn -C user=admin,host=client.example,addr=203.0.113.77,laddr=127.0.0.1,lport=22",
            ],
            asked);
        Assert.All(SshSources.All.FollowUps.Single()(snapshot), static source => Assert.True(Snapshot.IsName(source.Name), source.Name));
        Assert.Equal(2, SshFacts.Read(snapshot).Instances.Length);
    }

    [Fact]
    public void Moduli_are_counted_and_secrets_of_files_go()
    {
        string moduli = SshCleaning.Moduli("# c\n20210101000000 2 6 100 2047 5 F00D\n20210101000000 2 6 100 3071 2 F00D\n20210101000000 2 6 100 3071 2 F00D\nbroken\n");
        Assert.Equal("2047 1\n3071 2\n", moduli);
        string clean = SshCleaning.Config("SetEnv TOKEN=abc\n  ForceCommand /bin/x --key abc\nForceCommand internal-sftp\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----\nPort 22\nKerberosOrLocalPasswd yes\n");
        Assert.DoesNotContain("abc", clean, StringComparison.Ordinal);
        Assert.Contains("ForceCommand internal-sftp", clean, StringComparison.Ordinal);
        Assert.Contains("KerberosOrLocalPasswd yes", clean, StringComparison.Ordinal);
        Assert.Equal("Port 22", clean.Split('\n')[6]);
    }
}
