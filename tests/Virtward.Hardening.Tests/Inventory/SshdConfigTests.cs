using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory.Ssh;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class SshdConfigTests
{
    private static readonly SshConnection Bob = new("bob", "client.example", "198.51.100.7") { Groups = ["bob", "sftponly"] };

    private static SshdConfig Read(params (string Path, string Text)[] files)
    {
        Snapshot snapshot = new();
        foreach ((string path, string text) in files)
        {
            snapshot = snapshot.With(SnapshotNames.OfPath(path), text);
        }

        return SshdConfig.Read(snapshot, "/etc/ssh/sshd_config");
    }

    [Fact]
    public void The_first_value_wins_and_included_files_stand_where_they_are_included_in_the_order_of_their_names()
    {
        SshdConfig config = Read(
            ("/etc/ssh/sshd_config", "Port 22\nInclude sshd_config.d/*.conf\nPasswordAuthentication no\nPermitRootLogin no\n"),
            ("/etc/ssh/sshd_config.d/50-cloud-init.conf", "PasswordAuthentication yes\n"),
            ("/etc/ssh/sshd_config.d/60-late.conf", "passwordauthentication=no\nport 2222\n"),
            ("/etc/ssh/sshd_config.d/README", "PermitRootLogin yes\n"));
        Assert.Equal(["yes"], config.Values("passwordauthentication", null));
        Assert.Equal(
            ["/etc/ssh/sshd_config.d/50-cloud-init.conf:1", "/etc/ssh/sshd_config.d/60-late.conf:1", "/etc/ssh/sshd_config:3"],
            config.Setting("passwordauthentication", null).Select(static line => line.Place));
        Assert.Equal(["no"], config.Values("permitrootlogin", null));
        Assert.Equal(["22", "2222"], config.Values("port", null));
        Assert.Empty(config.Unread);
        Assert.NotNull(config.IncludeOf("/etc/ssh/sshd_config.d"));
    }

    [Fact]
    public void A_block_that_applies_goes_before_everything_outside_and_the_first_of_them_wins()
    {
        SshdConfig config = Read(("/etc/ssh/sshd_config", """
            PasswordAuthentication no
            Match Group sftponly Address 198.51.100.0/24,!198.51.100.9
                PasswordAuthentication yes
            Match User b*
                PasswordAuthentication no
                X11Forwarding yes
            Match all
                X11Forwarding no
            """));
        Assert.Equal(["yes"], config.Values("passwordauthentication", Bob));
        Assert.Equal(["yes"], config.Values("x11forwarding", Bob));
        Assert.Equal(["no"], config.Values("passwordauthentication", Bob with { Address = "198.51.100.9" }));
        Assert.Equal(["no"], config.Values("passwordauthentication", null));
        Assert.Empty(config.Values("x11forwarding", null));
        Assert.Equal("Match User b*", config.Matches[1].ToString());
    }

    [Fact]
    public void A_block_of_an_included_file_ends_with_it_and_one_around_the_Include_holds_inside()
    {
        SshdConfig config = Read(
            ("/etc/ssh/sshd_config", "Include a.conf\nPermitRootLogin no\nMatch User bob\nInclude b.conf\nMaxSessions 2\n"),
            ("/etc/ssh/a.conf", "Match User carol\nX11Forwarding yes\n"),
            ("/etc/ssh/b.conf", "GatewayPorts yes\nMatch Address 10.0.0.0/8\nPermitTunnel yes\n"));
        Assert.Equal(["no"], config.Values("permitrootlogin", null));
        Assert.Empty(config.Values("gatewayports", null));
        Assert.Equal(["yes"], config.Values("gatewayports", Bob));
        Assert.Empty(config.Values("permittunnel", Bob));
        Assert.Equal(["yes"], config.Values("permittunnel", Bob with { Address = "10.1.2.3" }));
        Assert.Empty(config.Values("permittunnel", new SshConnection("eve", "x", "10.1.2.3")));
        Assert.Equal(["2"], config.Values("maxsessions", Bob));
    }

    [Theory]
    [InlineData("PermitRootLogin no", "permitrootlogin", "no")]
    [InlineData("\t PermitRootLogin\t=  no   # why not", "permitrootlogin", "no")]
    [InlineData("PERMITROOTLOGIN=no", "permitrootlogin", "no")]
    [InlineData("Banner \"/etc/issue net\"", "banner", "/etc/issue net")]
    [InlineData("AllowUsers a b\\ c 'd e'", "allowusers", "a|b c|d e")]
    [InlineData("\"PermitRootLogin\" yes", "permitrootlogin", "yes")]
    [InlineData("\"Port\"=22", "port", "22")]
    [InlineData("\"", "", "")]
    [InlineData("UsePAM", "usepam", "")]
    [InlineData("   # PermitRootLogin yes", "", "")]
    [InlineData("", "", "")]
    [InlineData("Port=\"22\"\r", "port", "22")]
    [InlineData("Ciphers \"unclosed", "ciphers", "unclosed")]
    public void Lines_are_split_as_sshd_splits_them(string line, string keyword, string arguments)
    {
        (string key, System.Collections.Immutable.ImmutableArray<string> words) = SshdTokens.Split(line);
        Assert.Equal(keyword, key);
        Assert.Equal(arguments, string.Join('|', words));
    }

    [Fact]
    public void What_was_not_read_is_said()
    {
        SshdConfig elsewhere = Read(("/etc/ssh/sshd_config", "Include /opt/keys/sshd.conf\n"));
        Assert.Contains("/opt/keys/sshd.conf", Assert.Single(elsewhere.Unread), StringComparison.Ordinal);
        Snapshot denied = new Snapshot().With(SnapshotNames.OfPath("/etc/ssh/sshd_config"), "Include /etc/ssh/sshd_config.d/*.conf\n")
            .Without(SnapshotNames.OfPath("/etc/ssh/sshd_config.d/10-x.conf"), "it needs root to read it");
        Assert.Equal("it needs root to read it", Assert.Single(SshdConfig.Read(denied, "/etc/ssh/sshd_config").Unread));
        Assert.False(Read().Exists);
    }

    [Fact]
    public void Hostile_files_end_in_a_reason_not_in_a_crash()
    {
        SshdConfig loop = Read(("/etc/ssh/sshd_config", "Include sshd_config\nPort 1\n"));
        Assert.Contains(loop.Unread, static reason => reason.Contains("too deep", StringComparison.Ordinal));
        string garbage = new string('\0', 1000) + "\n=\n\"\nMatch\nMatch User\nInclude\nInclude [[[/*\n" + new string('x', 100_000) + "\nPort 22\n";
        SshdConfig config = Read(("/etc/ssh/sshd_config", garbage));
        Assert.NotEmpty(config.Unread);
        _ = SshClass.Of(config, SshUsers.Read(new Snapshot()));
        string stars = new('*', 4000);
        Assert.False(SshPatterns.Matches(stars + "b", new string('a', 4000)));
        SshdConfig many = Read(("/etc/ssh/sshd_config", string.Concat(Enumerable.Repeat("Port 22\n", 60_000))));
        Assert.NotEmpty(many.Unread);
    }

    [Fact]
    public void For_each_block_a_connection_is_made_up_that_it_applies_to()
    {
        var users = SshUsers.Read(new TestHost().Config("/etc/passwd", SshTexts.Passwd).Config("/etc/group", SshTexts.Group).Snapshot);
        SshdConfig config = Read(("/etc/ssh/sshd_config", """
            Match User backup,!root
            Match Group sftponly
            Match Group nobodys-group
            Match Address 10.8.0.0/24,2001:db8::/32
            Match Host *.example.org LocalPort 2222
            Match User * Address !10.0.0.0/8,*
            Match User "a,b=c"
            Match LocalAddress 192.168.1.100
            Match all
            """));
        var classes = SshClass.Of(config, users);
        Assert.Equal("backup", classes[0].Connection!.User);
        Assert.Equal("bob", classes[1].Connection!.User);
        Assert.Null(classes[2].Connection);
        Assert.Equal("10.8.0.1", classes[3].Connection!.Address);
        Assert.Equal("user=admin,host=1.example.org,addr=203.0.113.77,laddr=127.0.0.1,lport=2222", classes[4].Connection!.ToText());
        Assert.NotNull(classes[5].Connection);
        Assert.Equal("192.168.1.100", classes[7].Connection!.LocalAddress);
        Assert.NotNull(classes[8].Connection);
        Assert.All(classes.Where(static one => one.Connection is not null), static one => Assert.True(one.Match.Matches(one.Connection!)));
    }
}
