using System.Net.Sockets;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Host.Tests.Support;
using Virtward.Linux.Network;
using Xunit;

namespace Virtward.Host.Tests.Enforcement;

public sealed class NetworkFactsTests : IDisposable
{
    private readonly NetworkNamespace _host = new();
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("virtward-facts-");

    public NetworkFactsTests()
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, "proc"));
        _host.Ip("link add d0 type veth peer name d1");
        _host.Ip("link set d1 up");
        _host.Ip("link set d0 up");
        _host.Address("d0", "192.0.2.10/24", "2001:db8::10/64");
    }

    public void Dispose()
    {
        _host.Dispose();
        _root.Delete(recursive: true);
    }

    [Fact]
    public void Addresses_and_gateways_of_every_table_are_found()
    {
        _host.Ip("route add default via 192.0.2.1");
        _host.Ip("route add 198.51.100.0/24 via 192.0.2.2 table 77");
        _host.Ip("route add 203.0.113.0/24 nexthop via 192.0.2.3 nexthop via 192.0.2.4");
        _host.Ip("route add 203.0.114.0/24 via inet6 2001:db8::7 dev d0");
        _host.Ip("route add default via 2001:db8::1");
        _host.Ip("nexthop add id 5 via 192.0.2.9 dev d0");
        _host.Ip("route add 203.0.115.0/24 nhid 5");
        using KernelNetworkFacts facts = _host.Run(() => KernelNetworkFacts.Open(_root.FullName)).Value;
        NetworkFacts read = facts.Read();
        Assert.Empty(read.Unread);
        Assert.Superset(Addresses("192.0.2.10", "2001:db8::10", "127.0.0.1", "::1"), read.Own.ToHashSet());
        Assert.Equal(
            Addresses("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.9", "2001:db8::1", "2001:db8::7"),
            read.Gateways.ToHashSet());
        Assert.Superset(read.Gateways.ToHashSet(), read.All.ToHashSet());
    }

    [Fact]
    public async Task A_new_address_is_noticed()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using KernelNetworkFacts facts = _host.Run(() => KernelNetworkFacts.Open(_root.FullName)).Value;
        _host.Address("d0", "192.0.2.11/24");
        Assert.True(await facts.WaitForChangeAsync(TimeSpan.FromSeconds(20), cancel));
        Assert.Contains(Address.Parse("192.0.2.11"), facts.Read().Own);
    }

    [Fact]
    public void Resolvers_behind_a_stub_are_found()
    {
        Write("etc/resolv.conf", "# nameserver 192.0.2.99\nnameserver 127.0.0.53\noptions edns0\n");
        Write("run/systemd/resolve/resolv.conf", "nameserver 192.0.2.53\nnameserver\tfe80::1%eth0\nnameserver not.an.address\nnameserver\n");
        using KernelNetworkFacts facts = _host.Run(() => KernelNetworkFacts.Open(_root.FullName)).Value;
        Assert.Equal(Addresses("127.0.0.53", "192.0.2.53", "fe80::1"), facts.Read().Resolvers.ToHashSet());
    }

    [Fact]
    public void What_cannot_be_read_is_said_and_the_rest_is_there()
    {
        Directory.CreateDirectory(Path.Combine(_root.FullName, "etc"));
        File.CreateSymbolicLink(Path.Combine(_root.FullName, "etc/resolv.conf"), "/proc/self/mem");
        using KernelNetworkFacts facts = _host.Run(() => KernelNetworkFacts.Open(_root.FullName)).Value;
        NetworkFacts read = facts.Read();
        Assert.Single(read.Unread);
        Assert.Empty(read.Resolvers);
        Assert.Contains(Address.Parse("192.0.2.10"), read.Own);
    }

    // What an sshd's processes look like in /proc: see SshSessions.
    [Theory]
    [InlineData("a user's session", 1000, "/", "/usr/sbin/sshd", "/usr/sbin/sshd", 0, 0, true)]
    [InlineData("a user's session, OpenSSH 9.8 and later", 1000, "/", "/usr/lib/openssh/sshd-session", "/usr/lib/openssh/sshd-session", 0, 0, true)]
    [InlineData("a session that outlived an update", 1000, "/", "/usr/sbin/sshd (deleted)", "/usr/sbin/sshd (deleted)", 0, 0, true)]
    [InlineData("before authentication, user sshd", 105, "/run/sshd", "/usr/sbin/sshd", "/usr/sbin/sshd", 0, 0, false)]
    [InlineData("before authentication, not confined", 105, "/", "/usr/sbin/sshd", "/usr/sbin/sshd", 0, 0, false)]
    [InlineData("confined as another user", 1000, "/run/sshd", "/usr/sbin/sshd", "/usr/sbin/sshd", 0, 0, false)]
    [InlineData("a user's own sshd", 1000, "/", "/usr/sbin/sshd", "/usr/sbin/sshd", 1000, 0, false)]
    [InlineData("a user's program of that name", 1000, "/", "/home/eve/sshd", "/usr/sbin/sshd", 0, 0, false)]
    [InlineData("started by something else", 1000, "/", "/usr/sbin/sshd", "/usr/bin/python3", 0, 0, false)]
    [InlineData("root with a shell", 0, "/", "/usr/sbin/sshd", "/usr/sbin/sshd", 0, 300, true)]
    [InlineData("root's monitor with a helper", 0, "/", "/usr/sbin/sshd", "/usr/sbin/sshd", 0, 200, false)]
    [InlineData("root's monitor before authentication", 0, "/", "/usr/sbin/sshd", "/usr/sbin/sshd", 0, 0, false)]
    public void A_session_counts_once_it_has_logged_in(
        string what, int user, string confinedTo, string program, string parentProgram, int parentUser, int childSession, bool counts)
    {
        Write("etc/passwd", "root:x:0:0::/root:/bin/bash\nsshd:x:105:65534::/run/sshd:/usr/sbin/nologin\n");
        Process(100, 1, 100, parentUser, parentProgram, "/");
        Process(200, 100, 200, user, program, confinedTo, 4711);
        if (childSession != 0)
        {
            Process(300, 200, childSession, 0, "/usr/bin/bash", "/");
        }

        HashSet<Address> peers = new SshSessions(_root.FullName).Peers([new TcpSocket(22, Address.Parse("198.51.100.9"), 4711, 2, [])]);
        Assert.True(counts == peers.Contains(Address.Parse("198.51.100.9")), what);
    }

    [Fact]
    public async Task A_real_sshd_shows_no_session_before_login()
    {
        if (!File.Exists("/usr/sbin/sshd"))
        {
            Assert.Skip("sshd is not installed");
        }

        string key = Path.Combine(_root.FullName, "key");
        _host.Exec("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
        Write("sshd_config", $"HostKey {key}\nPidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin yes\nAuthorizedKeysFile {key}.pub\nListenAddress 192.0.2.10:22\n");
        using KernelNetworkFacts facts = _host.Run(() => KernelNetworkFacts.Open()).Value;
        Directory.CreateDirectory("/run/sshd");
        using var sshd = _host.Start("/usr/sbin/sshd", ["-D", "-e", "-f", Path.Combine(_root.FullName, "sshd_config")]);
        System.Diagnostics.Process? client = null;
        try
        {
            TcpClient? connected = null;
            await Eventually.HoldsAsync(() => (connected = _host.Run(TryConnect)) is not null, "sshd listens");
            using TcpClient stranger = connected!;
            byte[] banner = new byte[7];
            await stranger.Client.ReceiveAsync(banner, SocketFlags.None, TestContext.Current.CancellationToken);
            Assert.Equal("SSH-2.0"u8, banner);
            Assert.Empty(facts.Read().Sessions);

            client = _host.Start("ssh", [
                "-F", "none", "-i", key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "root@192.0.2.10", "sleep 60"]);
            await Eventually.HoldsAsync(() => facts.Read().Sessions.Contains(Address.Parse("192.0.2.10")), "the session is seen");
        }
        finally
        {
            client?.Kill();
            sshd.Kill(entireProcessTree: true);
            client?.Dispose();
        }
    }

    private static TcpClient? TryConnect()
    {
        try
        {
            return new TcpClient("192.0.2.10", 22);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static HashSet<Address> Addresses(params string[] texts) => [.. texts.Select(Address.Parse)];

    private void Write(string file, string text)
    {
        string path = Path.Combine(_root.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private void Process(int id, int parent, int session, int user, string program, string confinedTo, int inode = 0)
    {
        Write($"proc/{id}/stat", $"{id} (a) b) S {parent} {session} {session} 0 -1\n");
        Write($"proc/{id}/status", $"Name:\tsshd\nUid:\t{user}\t{user}\t{user}\t{user}\n");
        Directory.CreateDirectory(Path.Combine(_root.FullName, $"proc/{id}/fd"));
        File.CreateSymbolicLink(Path.Combine(_root.FullName, $"proc/{id}/exe"), program);
        File.CreateSymbolicLink(Path.Combine(_root.FullName, $"proc/{id}/root"), confinedTo);
        if (inode != 0)
        {
            File.CreateSymbolicLink(Path.Combine(_root.FullName, $"proc/{id}/fd/3"), $"socket:[{inode}]");
        }
    }
}
