using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>
/// What listens in other network namespaces: behind a bridge's veth (as Docker and LXC have them), behind a routed one, by a macvlan past all rules, and where no
/// path leads. Real connections are held against what is said.
/// </summary>
public sealed class ContainerExposureTests : IDisposable
{
    private const string Rules = """
        table ip nat {
            chain prerouting { type nat hook prerouting priority dstnat; iifname "up0" tcp dport 8080 dnat to 172.17.0.2:80; }
        }
        table inet filter {
            chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                ct status dnat accept
                iifname "up0" ip saddr 198.51.100.0/24 ip daddr 10.99.0.2 tcp dport 443 accept
            }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-containers-");
    private readonly NetworkNamespace _host = new();
    private readonly NetworkNamespace _internet = new();
    private readonly NetworkNamespace _web = new();
    private readonly NetworkNamespace _routed = new();
    private readonly NetworkNamespace _beside = new();
    private readonly NetworkNamespace _alone = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Process> _holders = [];

    public ContainerExposureTests()
    {
        _host.Link(_internet, "up0", "net0");
        _host.Link(_web, "veth1", "eth0");
        _host.Link(_routed, "veth2", "eth0");
        _host.Ip("link add docker0 type bridge");
        _host.Ip("link set veth1 master docker0");
        _host.Ip("link set docker0 up");
        _host.Ip("link add mac0 link up0 type macvlan mode bridge");
        _host.Move("mac0", _beside);
        _host.Address("up0", "203.0.113.10/24");
        _host.Address("docker0", "172.17.0.1/16");
        _host.Address("veth2", "10.99.0.1/24");
        _host.Ip("route add default via 203.0.113.1");
        _host.Sysctl("net.ipv4.ip_forward", "1");
        _host.Nft(Rules);
        _internet.Address("net0", "203.0.113.1/24", "198.51.100.9/24");
        _internet.Ip("route add 10.99.0.0/24 via 203.0.113.10");
        _internet.Ip("route add 172.17.0.0/16 via 203.0.113.10");
        _web.Address("eth0", "172.17.0.2/16");
        _web.Ip("route add default via 172.17.0.1");
        _routed.Address("eth0", "10.99.0.2/24");
        _routed.Ip("route add default via 10.99.0.1");
        _beside.Address("mac0", "203.0.113.20/24");
        foreach ((NetworkNamespace place, int port) in new[] { (_web, 80), (_web, 6379), (_routed, 443), (_beside, 9100), (_alone, 9200) })
        {
            Listen(place, port);
        }

        // A thread alone does not show in /proc's list of processes: a program of that namespace does.
        _holders.AddRange(new[] { _web, _routed, _beside, _alone }.Select(static place => place.Start("sleep", ["120"])));
    }

    [Fact]
    public void Listeners_behind_the_host_have_rows_and_a_forward_names_its_own()
    {
        JsonElement report = Report("exposure", "--json");
        string self = Process.GetCurrentProcess().ProcessName;
        JsonElement forwarded = Row(report, "published", 8080);
        Assert.Contains(self[..Math.Min(15, self.Length)], forwarded.GetProperty("listener").GetString(), StringComparison.Ordinal);
        Assert.Equal("anyone", Cell(forwarded, "internet").GetProperty("words").GetString());

        JsonElement web = Row(report, "container", 80);
        Assert.Equal("172.17.0.2", Assert.Single(web.GetProperty("addresses").EnumerateArray()).GetString());
        Assert.Contains("veth1", web.GetProperty("behind").EnumerateArray().Select(static one => one.GetString()));
        Assert.Equal("closed", Cell(web, "internet").GetProperty("concern").GetString());
        Assert.Equal("closed", Cell(Row(report, "container", 6379), "internet").GetProperty("concern").GetString());

        JsonElement routed = Cell(Row(report, "container", 443), "internet");
        Assert.Equal(("198.51.100.0/24", "wrong"), (routed.GetProperty("words").GetString(), routed.GetProperty("concern").GetString()));

        Assert.True(Reaches("203.0.113.1", "203.0.113.10", 8080));
        Assert.False(Reaches("203.0.113.1", "172.17.0.2", 80));
        Assert.False(Reaches("203.0.113.1", "172.17.0.2", 6379));
        Assert.True(Reaches("198.51.100.9", "10.99.0.2", 443));
        Assert.False(Reaches("203.0.113.1", "10.99.0.2", 443));
        Assert.True(Reaches("203.0.113.1", "203.0.113.20", 9100));
    }

    [Fact]
    public void Where_no_path_of_the_host_leads_is_told()
    {
        string[] notes = [.. Report("exposure", "--json").GetProperty("notes").EnumerateArray().Select(static note => note.GetString()!)];
        Assert.Contains(notes, static note => note.Contains("no path of this host leads to", StringComparison.Ordinal) && note.Contains("tcp/9200", StringComparison.Ordinal));
        Assert.Contains(notes, static note => note.Contains("stand at up0 themselves (macvlan), past every rule", StringComparison.Ordinal) && note.Contains("tcp/9100", StringComparison.Ordinal));
        Assert.DoesNotContain(notes, static note => note.Contains("tcp/6379", StringComparison.Ordinal) || note.Contains("tcp/443", StringComparison.Ordinal));
    }

    [Fact]
    public void A_snapshot_says_the_same_and_an_older_one_says_what_it_does_not_know()
    {
        string snapshot = Path.Combine(_folder.FullName, "snap");
        Assert.Equal(0, CommandRun.In(_host, "snapshot", snapshot).ExitCode);
        CommandRun saved = CommandRun.Of("exposure", "--snapshot", snapshot, "--json");
        Assert.Equal(0, saved.ExitCode);
        JsonElement report = JsonDocument.Parse(saved.Output).RootElement;
        Assert.Equal(Report("exposure", "--json").GetProperty("endpoints").GetRawText(), report.GetProperty("endpoints").GetRawText());

        string listeners = Path.Combine(snapshot, "listeners.json");
        JsonElement document = JsonDocument.Parse(File.ReadAllText(listeners)).RootElement;
        File.WriteAllText(listeners, $"{{\"version\":1,\"listeners\":{document.GetProperty("listeners").GetRawText()}}}");
        JsonElement older = JsonDocument.Parse(CommandRun.Of("exposure", "--snapshot", snapshot, "--json").Output).RootElement;
        Assert.DoesNotContain(older.GetProperty("endpoints").EnumerateArray(), static row => row.GetProperty("place").GetString() == "container");
        Assert.Contains(older.GetProperty("notes").EnumerateArray(), static note => note.GetString()!.Contains("could not be seen", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_names_the_rule_that_stands_before_a_container()
    {
        CommandRun run = CommandRun.In(_host, "exposure", "explain", "10.99.0.2:443", "--from", "internet");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("tcp dport 443 accept (handle", run.Output, StringComparison.Ordinal);
        Assert.Contains("policy drop", run.Output, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        foreach (Process holder in _holders)
        {
            holder.Kill();
            holder.WaitForExit();
            holder.Dispose();
        }

        _sockets.ForEach(static socket => socket.Dispose());
        foreach (NetworkNamespace one in new[] { _host, _internet, _web, _routed, _beside, _alone })
        {
            one.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private JsonElement Report(params string[] arguments)
    {
        CommandRun run = CommandRun.In(_host, arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonDocument.Parse(run.Output).RootElement;
    }

    private static JsonElement Row(JsonElement report, string place, int port) => report.GetProperty("endpoints").EnumerateArray()
        .Single(row => row.GetProperty("place").GetString() == place && row.TryGetProperty("port", out JsonElement one) && one.GetInt32() == port);

    private static JsonElement Cell(JsonElement row, string zone) => row.GetProperty("from").EnumerateArray().Single(cell => cell.GetProperty("zone").GetString() == zone);

    private void Listen(NetworkNamespace place, int port) => _sockets.Add(place.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen();
        return socket;
    }));

    private bool Reaches(string from, string to, int port) => _internet.Run(() =>
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        try
        {
            return socket.ConnectAsync(IPAddress.Parse(to), port).Wait(TimeSpan.FromSeconds(2));
        }
        catch (AggregateException failure) when (failure.InnerException is SocketException)
        {
            return false;
        }
    });
}
