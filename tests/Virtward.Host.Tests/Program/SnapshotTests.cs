using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Host.Tests.Support;
using Virtward.Linux.Commands;
using Virtward.Linux.Snapshots;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary><c>virtward snapshot</c> in a network namespace of its own, held against what ip(8) and ss(8) say there.</summary>
public sealed class SnapshotTests : IDisposable
{
    private const string Secret = "S3CRETsecret";
    private const int BindToDevice = 25;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-snapshot-");
    private readonly NetworkNamespace _host = new();
    private readonly NetworkNamespace _peer = new();
    private readonly List<Socket> _sockets = [];

    public SnapshotTests()
    {
        // Until an address is known to be nobody else's, its routes are missing: what is compared must not change meanwhile.
        _host.Sysctl("net.ipv6.conf.default.accept_dad", "0");
        _host.Sysctl("net.ipv6.conf.all.accept_dad", "0");
        _host.Link(_peer, "up0", "peer0");
        _host.Link(_peer, "port0", "peer1");
        _host.Address("up0", "203.0.113.10/24", "2001:db8::10/64");
        _host.Ip("link add br0 type bridge");
        _host.Ip("link set port0 master br0");
        _host.Ip("link set br0 up");
        _host.Address("br0", "192.168.122.1/24");
        _host.Ip("addr add 10.9.0.1 peer 10.9.0.2/32 dev br0");
        _host.Ip("route add default via 203.0.113.1");
        _host.Ip("route add 198.51.100.0/24 nexthop via 203.0.113.7 dev up0 nexthop via 192.168.122.9 dev br0");
        _host.Ip("route add blackhole 10.66.0.0/16");
        _host.Ip("route add prohibit 10.68.0.0/16 table 100");
        _host.Ip("-6 route add default via 2001:db8::1");
        _host.Ip("rule add fwmark 0x10/0xff iif br0 lookup 100 pref 100");
        _host.Ip("rule add not from 10.2.0.0/16 unreachable pref 101");
        _host.Nft("table inet filter { chain input { type filter hook input priority 0; tcp dport 22 accept; }; }");
        _host.Sysctl("net.ipv4.ip_forward", "1");
    }

    private string Target => Path.Combine(_folder.FullName, "snap");

    [Fact]
    public void Listeners_are_those_that_ss_shows()
    {
        Listen(AddressFamily.InterNetwork, ProtocolType.Tcp, "0.0.0.0", 1001);
        Listen(AddressFamily.InterNetwork, ProtocolType.Tcp, "0.0.0.0", 1002, device: "br0");
        Listen(AddressFamily.InterNetworkV6, ProtocolType.Tcp, "::", 1003, dual: true);
        Listen(AddressFamily.InterNetworkV6, ProtocolType.Tcp, "::", 1004);
        Listen(AddressFamily.InterNetwork, ProtocolType.Udp, "192.168.122.1", 1005);
        Listen(AddressFamily.InterNetworkV6, ProtocolType.Udp, "2001:db8::10", 1006);
        Listen(AddressFamily.InterNetwork, ProtocolType.Udp, "0.0.0.0", 67, device: "br0");
        Listen(AddressFamily.InterNetwork, ProtocolType.Tcp, "127.0.0.1", 1007);
        Connected(1008);
        Listen(AddressFamily.InterNetwork, ProtocolType.Tcp, "0.0.0.0", 1009, transparent: true);
        Listen(AddressFamily.InterNetworkV6, ProtocolType.Udp, "::1", 1010, transparent: true);

        HostFacts facts = Take();
        string[] shown = _host.Exec("ss", ["-HlntuO"]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> expected = shown.Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(static words => $"{words[0]} {words[4]}");
        Assert.Equal(expected.Order(), facts.Listeners.Where(static one => one.Protocol is "tcp" or "udp").Select(AsSs).Order());

        Listener own = Find(facts, 1001);
        Assert.Equal(Environment.ProcessId, Assert.Single(own.Processes).Pid);
        Assert.Equal(("root", 0L, true), (own.User, own.Uid, own.Inode > 0));
        Assert.Equal(("br0", true), (Find(facts, 1002).Device, Find(facts, 1002).Wildcard));
        Assert.Equal((true, false), (Find(facts, 1003).TakesV4, Find(facts, 1003).V6Only));
        Assert.Equal((false, true), (Find(facts, 1004).TakesV4, Find(facts, 1004).V6Only));
        Assert.True(Find(facts, 1007).Loopback);
        Assert.Equal([1009, 1010], facts.Listeners.Where(static one => one.Transparent == true).Select(static one => one.Port).Order());
        Assert.DoesNotContain(facts.Listeners, static one => one.Protocol is "tcp" or "udp" && one.Transparent is null);
        Assert.Empty(facts.Problems);
    }

    [Fact]
    public void Raw_and_packet_sockets_are_listeners_too()
    {
        Keep(() => new Socket(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp));
        Keep(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Raw, ProtocolType.IcmpV6));
        Keep(() => new Socket(AddressFamily.Packet, SocketType.Raw, (ProtocolType)0x0300));
        HostFacts facts = Take();
        Assert.Contains(facts.Listeners, static one => one is { Protocol: "raw", Number: 1 } && one.Address.IsV4);
        Assert.Contains(facts.Listeners, static one => one is { Protocol: "raw", Number: 58 } && !one.Address.IsV4);
        Assert.Equal(Environment.ProcessId, Assert.Single(facts.Listeners, static one => one.Protocol == "packet").Processes[0].Pid);
    }

    [Fact]
    public void Listeners_of_other_namespaces_are_named_apart()
    {
        Socket foreign = _peer.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        _sockets.Add(foreign);
        foreign.Bind(new IPEndPoint(IPAddress.Any, 1011));
        foreign.Listen();

        // A thread alone does not show in /proc's list of processes: a program of that namespace does.
        using Process holder = _peer.Start("sleep", ["60"]);
        string name = $"virtward-{Environment.ProcessId}";
        try
        {
            HostFacts facts = Take();
            Assert.DoesNotContain(facts.Listeners, static one => one.Port == 1011);
            Listener seen = Assert.Single(facts.ForeignListeners, static one => one.Port == 1011);
            Assert.Equal(Environment.ProcessId, Assert.Single(seen.Processes).Pid);
            Assert.StartsWith("net:[", seen.Namespace, StringComparison.Ordinal);
            Assert.Contains($"sleep (pid {holder.Id})", facts.Meta.OtherNamespaces[seen.Namespace!], StringComparison.Ordinal);

            // A name for it is worth more than its number.
            Assert.Null(Assert.Single(facts.Namespaces, one => one.Name == seen.Namespace).Path);
            _host.Exec("ip", ["netns", "attach", name, $"{holder.Id}"]);
            Assert.Equal($"/run/netns/{name}", Assert.Single(Take().Namespaces, one => one.Name == seen.Namespace).Path);
        }
        finally
        {
            _host.Exec("ip", ["netns", "del", name]);
            holder.Kill();
            holder.WaitForExit();
        }
    }

    [Fact]
    public void The_network_is_what_ip_shows()
    {
        HostFacts facts = Take();
        HostNetwork network = facts.Network;
        Assert.Equal(Lines("ip", "-o", "link").Length, network.Interfaces.Length);
        Assert.Equal(Lines("ip", "-o", "addr").Length, network.Interfaces.Sum(static one => one.Addresses.Length));
        Assert.Equal(Lines("ip", "-o", "-4", "route", "show", "table", "all").Length, network.Routes.Count(static route => route.Destination.IsV4));
        Assert.Equal(Lines("ip", "-o", "-6", "route", "show", "table", "all").Length, network.Routes.Count(static route => !route.Destination.IsV4));
        Assert.Equal(Lines("ip", "rule").Length + Lines("ip", "-6", "rule").Length, network.Rules.Length);
        NetworkInterface port = Assert.Single(network.Interfaces, static one => one.Name == "port0");
        Assert.Equal(("veth", "br0", true), (port.Kind, port.Master, port.Up));
        Assert.Contains(network.Interfaces, static one => one is { Name: "br0", Kind: "bridge" } && one.Addresses.Any(static address => address.Peer?.ToString() == "10.9.0.2"));
        Assert.Equal(["br0", "up0"], Assert.Single(network.Routes, static route => route.NextHopDevices.Length > 0).NextHopDevices.Order());
        Assert.Contains(network.Routes, static route => route is { Type: RouteType.Prohibit, Table: 100 });
        Assert.Contains(network.Rules, static rule => rule is { Priority: 100, Mark: 0x10, MarkMask: 0xff, Iif: "br0", Table: 100, Opaque: null });
        Assert.Contains(network.Rules, static rule => rule is { Priority: 101, Invert: true, Action: RouteType.Unreachable, Opaque: null });
        Assert.Equal("1", network.Sysctls["net.ipv4.ip_forward"]);
        Assert.True(network.Sysctls.ContainsKey("net.ipv4.conf.up0.rp_filter"));
        Assert.Contains("tcp dport 22 accept # handle", facts.NftText, StringComparison.Ordinal);
        ZoneMap zones = facts.Zones([]);
        Assert.Contains(zones.Find(Zone.Internet)!.Entries, static entry => entry.Device == "up0");
        Assert.Equal(("port0", "br0"), Assert.Single(zones.Find(Zone.Management)!.Entries) is var entry ? (entry.Device, entry.Interface) : default);
    }

    [Fact]
    public void A_directory_and_an_archive_say_the_same_and_only_their_owner_reads_them()
    {
        string archive = Path.Combine(_folder.FullName, "snap.tar.gz");
        CommandRun run = CommandRun.In(_host, "snapshot", Target, "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        using JsonDocument said = JsonDocument.Parse(run.Output);
        Assert.Contains("nft.json", said.RootElement.GetProperty("files").EnumerateArray().Select(static file => file.GetProperty("name").GetString()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Target, "nft.txt")));
        Assert.All(
            Directory.EnumerateDirectories(Target, "*", SearchOption.AllDirectories).Append(Target),
            static folder => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));

        Snapshot fromDirectory = Read(Target);
        var snapshots = new HostSnapshots(new ProcessCommands(), TimeProvider.System);
        Assert.True(snapshots.Write(fromDirectory, archive).IsOk);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(archive));
        Snapshot fromArchive = Read(archive);
        Assert.Equal(fromDirectory.Files, fromArchive.Files);
        Assert.Equal(fromDirectory.Missing, fromArchive.Missing);

        // Taken anew into the same places, it replaces what was there.
        Assert.Equal(0, CommandRun.In(_host, "snapshot", archive).ExitCode);
        Assert.Equal(0, CommandRun.In(_host, "snapshot", Target, "--no-nft-json").ExitCode);
        Assert.DoesNotContain("nft.json", Read(Target).Files.Keys);
        Assert.Equal(["snap", "snap.tar.gz"], Directory.EnumerateFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Tar_itself_reads_the_archive()
    {
        string archive = Path.Combine(_folder.FullName, "snap.tar.gz");
        Assert.Equal(0, CommandRun.In(_host, "snapshot", archive).ExitCode);
        string listed = _host.Exec("tar", ["-tzf", archive]);
        Assert.Contains("ip-link.json\n", listed, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "by-hand"));
        _host.Exec("tar", ["-xzf", archive, "-C", Path.Combine(_folder.FullName, "by-hand")]);
        string packed = Path.Combine(_folder.FullName, "by-hand.tar.gz");
        _host.Exec("tar", ["-czf", packed, "-C", _folder.FullName, "by-hand"]);
        Assert.Equal(Read(archive).Files, Read(packed).Files);
    }

    [Fact]
    public void A_directory_with_other_things_in_it_is_left_alone()
    {
        string home = Directory.CreateDirectory(Path.Combine(_folder.FullName, "home")).FullName;
        File.WriteAllText(Path.Combine(home, "letter.txt"), "dear");
        CommandRun run = CommandRun.In(_host, "snapshot", home);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("other things than a snapshot", run.Error, StringComparison.Ordinal);
        Assert.Equal(["letter.txt"], Directory.EnumerateFileSystemEntries(home).Select(Path.GetFileName));
        CommandRun file = CommandRun.In(_host, "snapshot", Path.Combine(home, "letter.txt"));
        Assert.Equal((2, "dear"), (file.ExitCode, File.ReadAllText(Path.Combine(home, "letter.txt"))));
    }

    [Fact]
    public void A_link_in_a_snapshots_directory_is_not_followed()
    {
        Assert.Equal(0, CommandRun.In(_host, "snapshot", Target).ExitCode);
        string victim = Path.Combine(_folder.FullName, "victim");
        File.WriteAllText(victim, "dear");
        File.Delete(Path.Combine(Target, "nft.txt"));
        File.CreateSymbolicLink(Path.Combine(Target, "nft.txt"), victim);
        Result<Snapshot> read = new HostSnapshots(new ProcessCommands(), TimeProvider.System).Read(Target);
        Assert.Contains("no plain file", read.Problem!.What, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.In(_host, "snapshot", Target).ExitCode);
        Assert.Equal("dear", File.ReadAllText(victim));
        Assert.Null(new FileInfo(Path.Combine(Target, "nft.txt")).LinkTarget);
    }

    [Fact]
    public void No_secret_of_any_place_is_in_the_archive()
    {
        string root = Path.Combine(_folder.FullName, "root");
        Write(root, "etc/libvirt/qemu/web1.xml", $"<domain><name>web1</name><metadata>{Secret}</metadata><devices><graphics type='vnc' port='5901' passwd='{Secret}'/></devices></domain>");
        Write(root, "run/libvirt/qemu/web1.xml", $"<domstatus><monitor path='{Secret}'/><cookie>{Secret}</cookie><domain xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><name>web1</name><devices><graphics type='spice' port='5902' passwd='{Secret}'/></devices><q:commandline><q:arg value='-object'/><q:arg value='secret,data={Secret}'/></q:commandline></domain></domstatus>");
        Write(root, "etc/libvirt/qemu/broken.xml", $"<domain><graphics passwd='{Secret}'");
        Write(root, "etc/libvirt/qemu/networks/default.xml", $"<network><name>default</name><metadata>{Secret}</metadata><bridge name='virbr0'/><ip address='192.168.122.1' prefix='24'/></network>");
        Write(root, "etc/passwd", $"root:{Secret}:0:0:{Secret}:/root:/bin/sh\n");
        Write(root, "etc/wireguard/wg0.conf", $"[Interface]\nPrivateKey = {Secret}\n");
        Write(root, "etc/iproute2/rt_tables", "200 office\n");
        _host.Sysctl("net.ipv4.tcp_fastopen_key", "53335243-45547365-63726574-53335243");
        _host.Sysctl("net.ipv6.conf.up0.stable_secret", "5333:5243:4554:7365:6372:6574:5333:5243");

        // A listener whose command line and environment hold one.
        const string Serve = "import socket,time; s=socket.socket(); s.bind(('0.0.0.0',1012)); s.listen(); print('up',flush=True); time.sleep(60)";
        using Process server = _host.Start("env", [$"PASSWORD={Secret}", "python3", "-c", Serve, $"--password={Secret}", Secret]);
        try
        {
            Assert.Equal("up", server.StandardOutput.ReadLine());
            string archive = Path.Combine(_folder.FullName, "snap.tar.gz");
            CommandRun run = CommandRun.In(_host, "snapshot", archive, "--root", root);
            Assert.True(run.ExitCode == 0, run.Error);
            Snapshot snapshot = Read(archive);
            foreach ((string name, string text) in snapshot.Files)
            {
                Assert.False(text.Contains(Secret, StringComparison.OrdinalIgnoreCase), name);
                Assert.False(text.Contains("53335243", StringComparison.Ordinal) || text.Contains("5333:5243", StringComparison.Ordinal), name);
            }

            Assert.DoesNotContain(Secret, run.Output + run.Error, StringComparison.Ordinal);
            HostFacts facts = HostFacts.Read(snapshot);
            Assert.Equal((1012, "root"), Assert.Single(facts.Listeners, static one => one.Port == 1012) is var one ? (one.Port, one.User) : default);
            Assert.Equal(("web1", true), Assert.Single(facts.Guests) is var guest ? (guest.Name, guest.Running) : default);
            Assert.True(Assert.Single(facts.Guests[0].Endpoints).Password);
            Assert.Equal("virbr0", Assert.Single(facts.GuestNetworks).Bridge);
            Assert.Contains("broken.xml", facts.Missing["libvirt/domain-broken.xml"], StringComparison.Ordinal);
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            server.WaitForExit();
        }
    }

    [Fact]
    public void Without_root_it_says_what_it_could_not_see()
    {
        // Readable for nobody's user, wherever the tests were built.
        string program = Path.Combine(_folder.FullName, "program");
        _host.Exec("cp", ["-r", Path.GetDirectoryName(BuiltProgram.Path)!, program]);
        _host.Exec("chmod", ["-R", "a+rX", _folder.FullName]);
        string open = Directory.CreateDirectory(Path.Combine(_folder.FullName, "open")).FullName;
        File.SetUnixFileMode(open, (UnixFileMode)511);
        Listen(AddressFamily.InterNetwork, ProtocolType.Tcp, "0.0.0.0", 1001);
        string target = Path.Combine(open, "snap");
        _host.Exec("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", Path.Combine(program, "virtward"), "snapshot", target]);

        HostFacts facts = HostFacts.Read(Read(target));
        Assert.False(facts.Meta.Root);
        Assert.Contains("needs root", facts.Missing["nft.txt"], StringComparison.Ordinal);
        Assert.Contains("needs root", facts.Missing["listeners.json"], StringComparison.Ordinal);
        Listener seen = Find(facts, 1001);
        Assert.Equal((0, 0L), (seen.Processes.Length, seen.Uid));
        Assert.Equal("203.0.113.1", Assert.Single(facts.Network.Routes, static route => route.Destination.IsV4 && route.Destination.Length == 0).Gateway.ToString());
    }

    [Fact]
    public void What_is_no_snapshot_is_told_in_a_sentence()
    {
        var snapshots = new HostSnapshots(new ProcessCommands(), TimeProvider.System);
        string text = Path.Combine(_folder.FullName, "a.tar.gz");
        File.WriteAllText(text, "no archive");
        Assert.Contains("no .tar.gz archive", snapshots.Read(text).Problem!.What, StringComparison.Ordinal);
        Assert.Contains("no such file", snapshots.Read(Path.Combine(_folder.FullName, "none")).Problem!.What, StringComparison.Ordinal);
        Assert.Contains("nothing that a snapshot has", snapshots.Read(_folder.FullName).Problem!.What, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }

        _host.Dispose();
        _peer.Dispose();
        _folder.Delete(recursive: true);
    }

    private static void Write(string root, string name, string text)
    {
        string path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static Snapshot Read(string path)
    {
        Result<Snapshot> read = new HostSnapshots(new ProcessCommands(), TimeProvider.System).Read(path);
        Assert.True(read.IsOk, read.Problem?.ToString());
        return read.Value;
    }

    // ss(8) writes a socket that takes both families as "*".
    private static string AsSs(Listener one)
    {
        string device = one.Device is null ? "" : $"%{one.Device}";
        string address = one.Address.IsV4 ? one.Address.ToString() : one.Wildcard && !one.V6Only ? "*" : $"[{one.Address}]";
        return $"{one.Protocol} {address}{device}:{one.Port}";
    }

    private static Listener Find(HostFacts facts, int port) => Assert.Single(facts.Listeners, one => one.Port == port);

    private HostFacts Take()
    {
        CommandRun run = CommandRun.In(_host, "snapshot", Target);
        Assert.True(run.ExitCode == 0, run.Error);
        return HostFacts.Read(Read(Target));
    }

    private string[] Lines(string program, params string[] arguments) =>
        _host.Exec(program, arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Socket Keep(Func<Socket> make)
    {
        Socket socket = _host.Run(make);
        _sockets.Add(socket);
        return socket;
    }

    private void Listen(AddressFamily family, ProtocolType protocol, string address, int port, string? device = null, bool dual = false, bool transparent = false)
    {
        Socket socket = Keep(() => new Socket(family, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol));
        if (family == AddressFamily.InterNetworkV6)
        {
            socket.DualMode = dual;
        }

        if (device is not null)
        {
            socket.SetRawSocketOption(1, BindToDevice, Encoding.ASCII.GetBytes(device));
        }

        if (transparent)
        {
            // IP_TRANSPARENT, IPV6_TRANSPARENT (linux/in.h, linux/in6.h).
            bool v6 = family == AddressFamily.InterNetworkV6;
            socket.SetRawSocketOption(v6 ? 41 : 0, v6 ? 75 : 19, BitConverter.GetBytes(1));
        }

        socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        if (protocol == ProtocolType.Tcp)
        {
            socket.Listen();
        }
    }

    // A UDP socket with a peer takes packets from that peer only: it is no listener.
    private void Connected(int port)
    {
        Socket socket = Keep(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Connect(new IPEndPoint(IPAddress.Loopback, 9));
    }
}
