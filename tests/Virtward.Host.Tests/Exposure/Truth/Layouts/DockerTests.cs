using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Topology;
using Virtward.Host.Tests.Exposure.Truth.Judge;
using Virtward.Host.Tests.Program;
using Virtward.Host.Tests.Support;
using Xunit;
using Trace = Virtward.Exposure.Answers.Trace;

namespace Virtward.Host.Tests.Exposure.Truth.Layouts;

/// <summary>
/// Docker itself, at work in namespaces of its own: what its published ports let through, by connections from outside, from the management network, from the
/// host and from containers, held against the engine on the rules that Docker has laid. Where <c>dockerd</c> and a static <c>busybox</c> are in the PATH.
/// </summary>
public sealed class DockerTests : IDisposable
{
    private const string Arrived = "arrived";
    private const string Lost = "lost";

    private const string Script =
        """
        set -e
        mount --make-rprivate /
        mount -t tmpfs none /run
        group=virtward-test-$$
        trap 'kill $(cat /run/docker.pid) 2>/dev/null; wait; find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} + 2>/dev/null' EXIT
        mkdir -p /run/image/bin /run/image/www
        cp "$(command -v busybox)" /run/image/bin/busybox
        echo '{}' >/run/daemon.json
        export DOCKER_HOST=unix:///run/docker.sock
        dockerd --config-file /run/daemon.json --data-root /run/data --exec-root /run/exec --host $DOCKER_HOST --pidfile /run/docker.pid --storage-driver vfs \
            --cgroup-parent /$group --ipv6 --fixed-cidr-v6 fd00:17::/64 --experimental --ip6tables >/run/docker.log 2>&1 &
        for i in $(seq 300); do docker version >/dev/null 2>&1 && break; sleep 0.1; done
        tar -C /run/image -c . | docker import - box >/dev/null || { cat /run/docker.log; exit 9; }
        docker network create -o com.docker.network.bridge.name=dbr1 --subnet 172.31.1.0/24 other >/dev/null
        docker network create -o com.docker.network.bridge.name=dbr2 --subnet 172.31.2.0/24 --internal shut >/dev/null
        start() {
            name=$1; shift
            docker run -d --name $name "$@" box /bin/busybox sh -c 'for p in 80 81 82 83; do /bin/busybox httpd -p $p -h /www; done; exec /bin/busybox sleep 3600' >/dev/null
            docker inspect -f '{{.Name}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{.MacAddress}}{{end}}' $name
        }
        start web -p 8080:80 -p 127.0.0.1:8081:81 -p 192.168.1.100:8082:82
        start beside
        start apart --network other -p 9090:80
        start shut --network shut -p 9091:80
        echo ready
        while read -r name address port; do
            docker exec $name /bin/busybox nc -w 1 $address $port </dev/null 2>&1 | grep -q 'timed out\|unreachable' && echo lost || echo arrived
        done
        """;

    private readonly NetworkNamespace _host = new();
    private readonly NetworkNamespace _internet = new();
    private readonly NetworkNamespace _management = new();

    public DockerTests()
    {
        Join(_internet, "eth0", "203.0.113", "2001:db8:1");
        Join(_management, "eth1", "192.168.1", "fd00:1");
        _host.Address("eth0", "203.0.113.10/24", "2001:db8:1::10/64");
        _host.Address("eth1", "192.168.1.100/24", "fd00:1::100/64");
        _host.Ip("route add default via 203.0.113.1");
    }

    [Fact]
    public void Docker_itself()
    {
        if (!IsThere("dockerd") || !IsThere("docker") || !IsThere("busybox"))
        {
            Assert.Skip("dockerd, docker and busybox are not installed");
        }

        using Process shell = _host.Start("unshare", ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", Script]);
        try
        {
            Dictionary<string, (string Address, ulong Mac)> containers = Containers(shell);
            Judge(shell, containers);
            JsonElement report = JsonDocument.Parse(CommandRun.In(_host, "exposure", "--json").Output).RootElement;
            Assert.Equal("anyone", FromInternet(report, 8080));
            Assert.Equal("anyone", FromInternet(report, 9090));
        }
        finally
        {
            shell.StandardInput.Close();
            shell.WaitForExit();
        }
    }

    public void Dispose()
    {
        _internet.Dispose();
        _management.Dispose();
        _host.Dispose();
    }

    private static string? FromInternet(JsonElement report, int port) => report.GetProperty("endpoints").EnumerateArray()
        .First(row => row.GetProperty("place").GetString() == "published" && row.GetProperty("port").GetInt32() == port)
        .GetProperty("from").EnumerateArray().Single(static cell => cell.GetProperty("zone").GetString() == "internet").GetProperty("words").GetString();

    private static Dictionary<string, (string Address, ulong Mac)> Containers(Process shell)
    {
        var containers = new Dictionary<string, (string, ulong)>();
        for (string? line = shell.StandardOutput.ReadLine(); line != "ready"; line = shell.StandardOutput.ReadLine())
        {
            string[] words = line?.Split(' ') ?? [];
            Assert.True(words.Length == 3, $"{line} {(line is null ? shell.StandardError.ReadToEnd() : "")}");
            containers.Add(words[0].TrimStart('/'), (words[1], ulong.Parse(words[2].Replace(":", "", StringComparison.Ordinal), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
        }

        return containers;
    }

    private void Judge(Process shell, Dictionary<string, (string Address, ulong Mac)> containers)
    {
        string[] inside = [.. containers.Values.Select(static one => one.Address)];
        (string To, int Port)[] ends =
        [
            .. from own in (string[])["203.0.113.10", "192.168.1.100", "172.17.0.1"] from port in (int[])[8080, 8081, 8082, 9090, 9091, 7777] select (own, port),
            .. from one in inside from port in (int[])[80, 82, 83] select (one, port),
            ("127.0.0.1", 8080), ("127.0.0.1", 8081), ("2001:db8:1::10", 8080), ("2001:db8:1::10", 9091), ("fd00:17::242:ac11:2", 80), ("fd00:17::242:ac11:2", 83),
        ];
        var seen = new List<(string From, string Source, string To, int Port, string Seen)>();
        foreach ((string to, int port) in ends)
        {
            bool v6 = to.Contains(':', StringComparison.Ordinal);
            if (to != "127.0.0.1")
            {
                seen.Add(("eth0", v6 ? "2001:db8:1::1" : "203.0.113.1", to, port, Connect(_internet, to, port)));
                seen.Add(("eth1", v6 ? "fd00:1::1" : "192.168.1.1", to, port, Connect(_management, to, port)));
            }

            if (to == "127.0.0.1" || !v6)
            {
                seen.Add(("host", "", to, port, Connect(_host, to, port)));
            }

            foreach ((string name, (string address, _)) in v6 || to == "127.0.0.1" ? [] : containers.Where(one => one.Value.Address != to))
            {
                shell.StandardInput.WriteLine($"{name} {to} {port}");
                shell.StandardInput.Flush();
                seen.Add((name, address, to, port, shell.StandardOutput.ReadLine() ?? "nothing"));
            }
        }

        Compare(seen, containers);
    }

    private void Compare(List<(string From, string Source, string To, int Port, string Seen)> seen, Dictionary<string, (string Address, ulong Mac)> containers)
    {
        HostNetwork network = SceneFacts.Read(_host);
        var sources = new RulesetSources
        {
            NftText = _host.Exec("nft", ["-a", "list", "ruleset"]), IptablesSave = _host.Exec("iptables-save", []), Ip6tablesSave = _host.Exec("ip6tables-save", []),
        };
        var engine = new Tracer(RulesetReader.Read(sources).Value, network);
        var wrong = new List<string>();
        foreach ((string from, string source, string to, int port, string real) in seen)
        {
            string iif = from;
            ulong? gateway = null;
            if (containers.TryGetValue(from, out (string Address, ulong Mac) container))
            {
                iif = network.ForwardingEntries.First(entry => entry.Mac == container.Mac).Port;
                gateway = containers.Values.FirstOrDefault(one => one.Address == to).Mac;
            }

            string own = source.Length > 0 ? source : to.StartsWith("127.", StringComparison.Ordinal) ? to : OwnTowards(to);
            bool bridged = gateway is > 0 && SameBridge(network, container.Mac, gateway.Value);
            Trace said = engine.Trace(new Packet
            {
                Iif = iif, Source = Address.Parse(own), Destination = Address.Parse(to), Protocol = 6, DestinationPort = port, Bridged = bridged,
                DestinationMac = bridged ? gateway : null,
            });
            string told = said.Verdict switch { Outcome.Accept => Arrived, Outcome.Drop => Lost, _ => said.Verdict.ToString() };
            if (told != real)
            {
                wrong.Add($"{from} {own} > {to}:{port}: really {real}, engine {told} {said.To} {said.Destination} {string.Join(" | ", said.Why.Select(static why => $"{why.Place}: {why.Rule}"))} {string.Join(" | ", said.DependsOn)}");
            }
        }

        int arrived = seen.Count(static one => one.Seen == Arrived);
        TestContext.Current.TestOutputHelper?.WriteLine($"{seen.Count} connections, {arrived} arrived, {wrong.Count} disagreements");
        Assert.True(wrong.Count == 0 && arrived > 20 && arrived < seen.Count - 20, $"{seen.Count} connections, {arrived} arrived:\n{string.Join('\n', wrong)}");
    }

    private string OwnTowards(string to) => _host.Ip($"route get {to}").Split("src ")[1].Split(' ')[0];

    private static bool SameBridge(HostNetwork network, ulong one, ulong other)
    {
        string? Bridge(ulong mac) => network.ForwardingEntries.FirstOrDefault(entry => entry.Mac == mac) is { } entry
            ? network.Interfaces.First(device => device.Name == entry.Port).Master : null;
        return Bridge(one) is { } bridge && bridge == Bridge(other);
    }

    /// <summary>An answer, be it a refusal by a socket, says that it arrived.</summary>
    private static string Connect(NetworkNamespace from, string to, int port) => from.Run(() =>
    {
        var end = new IPEndPoint(IPAddress.Parse(to), port);
        using var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            return socket.ConnectAsync(end).Wait(TimeSpan.FromSeconds(1)) ? Arrived : Lost;
        }
        catch (AggregateException failure) when (failure.InnerException is SocketException { SocketErrorCode: var why })
        {
            return why == SocketError.ConnectionRefused ? Arrived : Lost;
        }
    });

    private void Join(NetworkNamespace far, string device, string v4, string v6)
    {
        _host.Link(far, device, "up0");
        far.Address("up0", $"{v4}.1/24", $"{v6}::1/64");
        far.Ip($"route add default via {v4}.{(device == "eth0" ? "10" : "100")}");
        far.Ip($"route add ::/0 via {v6}::{(device == "eth0" ? "10" : "100")}");
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));
}
