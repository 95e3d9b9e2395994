using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Xml.Linq;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>
/// The exposure commands as their user runs them, on a host of their own: a console open to everybody, ssh for the management network, a forward to a
/// guest; and real connections from the Internet and the management network, held against what they say.
/// </summary>
public sealed class ExposureTests : IDisposable
{
    private const string Rules = """
        table inet filter {
            set banned { type ipv4_addr; flags interval; elements = { 198.51.100.0/24 } }
            chain input {
                type filter hook input priority filter; policy drop;
                ct state established,related accept
                ip saddr @banned drop
                iifname "mgmt0" tcp dport 22 accept
                tcp dport 5900 accept
                meta l4proto ipv6-icmp accept
            }
            chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                iifname "up0" ct status dnat accept
            }
        }
        table ip nat {
            chain prerouting { type nat hook prerouting priority dstnat; iifname "up0" tcp dport 8080 dnat to 192.168.122.10:80; }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-exposure-");
    private readonly NetworkNamespace _host = new();
    private readonly NetworkNamespace _internet = new();
    private readonly NetworkNamespace _management = new();
    private readonly NetworkNamespace _guest = new();
    private readonly List<Socket> _sockets = [];

    public ExposureTests()
    {
        _host.Link(_internet, "up0", "net0");
        _host.Link(_management, "mgmt0", "adm0");
        _host.Link(_guest, "vnet0", "eth0");
        _host.Ip("link add virbr0 type bridge");
        _host.Ip("link set vnet0 master virbr0");
        _host.Ip("link set virbr0 up");
        _host.Address("up0", "203.0.113.10/24", "2001:db8::10/64");
        _host.Address("mgmt0", "192.168.1.10/24");
        _host.Address("virbr0", "192.168.122.1/24");
        _host.Ip("route add default via 203.0.113.1");
        _host.Sysctl("net.ipv4.ip_forward", "1");
        _host.Nft(Rules);
        _internet.Address("net0", "203.0.113.1/24", "198.51.100.9/24", "2001:db8::1/64");
        _internet.Ip("route add 192.168.1.0/24 via 203.0.113.10");
        _management.Address("adm0", "192.168.1.2/24");
        _guest.Address("eth0", "192.168.122.10/24");
        _guest.Ip("route add default via 192.168.122.1");
        Listen(_host, 22);
        Listen(_host, 5900);
        Listen(_host, 3306);
        Listen(_guest, 80);
    }

    [Fact]
    public void The_matrix_says_who_reaches_what_and_a_snapshot_says_the_same()
    {
        string snapshot = Path.Combine(_folder.FullName, "snap");
        Assert.Equal(0, CommandRun.In(_host, "snapshot", snapshot).ExitCode);
        CommandRun live = CommandRun.In(_host, "exposure", "--json");
        Assert.Equal(0, live.ExitCode);
        JsonElement report = JsonDocument.Parse(live.Output).RootElement;
        Assert.Equal("anyone but 198.51.100.0/24", Cell(report, 5900, "internet").GetProperty("words").GetString());
        Assert.Equal("wrong", Cell(report, 5900, "internet").GetProperty("concern").GetString());
        Assert.Equal("closed", Cell(report, 22, "internet").GetProperty("concern").GetString());
        Assert.Equal("closed", Cell(report, 22, "guests").GetProperty("concern").GetString());
        Assert.Equal("anyone", Cell(report, 22, "management").GetProperty("words").GetString());
        Assert.Equal("closed", Cell(report, 3306, "internet").GetProperty("concern").GetString());
        Assert.Equal("published", Row(report, 8080).GetProperty("place").GetString());
        Assert.Equal("look", Cell(report, 8080, "internet").GetProperty("concern").GetString());
        Assert.Contains(Strings(Cell(report, 8080, "internet").GetProperty("arrivals")), place => place is "virbr0" or "vnet0");
        Assert.DoesNotContain("198.51.100.0/24", Strings(Cell(report, 5900, "internet").GetProperty("accepted")));
        Assert.Contains("198.51.100.0/24", Strings(Cell(report, 5900, "internet").GetProperty("dropped")));

        CommandRun saved = CommandRun.Of("exposure", "--snapshot", snapshot, "--json");
        Assert.Equal(0, saved.ExitCode);
        Assert.Equal(
            report.GetProperty("endpoints").GetRawText(), JsonDocument.Parse(saved.Output).RootElement.GetProperty("endpoints").GetRawText());
    }

    [Fact]
    public void A_person_gets_a_table_of_one_screen_and_the_guesses()
    {
        CommandRun run = CommandRun.In(_host, "exposure");
        Assert.Equal(0, run.ExitCode);
        Assert.True(run.Output.Split('\n').Length <= 24, run.Output);
        Assert.Contains("internet?", run.Output, StringComparison.Ordinal);
        Assert.Contains("up0 has the default route", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"!!\s+\S.*tcp/5900\s+anyone but 198\.51\.100\.0/24", run.Output);
        CommandRun zone = CommandRun.In(_host, "exposure", "--zone", "mars");
        Assert.Equal(2, zone.ExitCode);
        Assert.Contains("it has internet, management, guests", zone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_picture_is_one_well_formed_file_with_what_should_not_be_in_red()
    {
        string picture = Path.Combine(_folder.FullName, "exposure.svg");
        Assert.Equal(0, CommandRun.In(_host, "exposure", "--svg", picture).ExitCode);
        XDocument svg = XDocument.Parse(File.ReadAllText(picture));
        XNamespace ns = "http://www.w3.org/2000/svg";
        string[] ways = [.. svg.Descendants(ns + "path").Where(path => (string?)path.Attribute("class") == "l wrong").Select(path => path.Value)];
        Assert.Contains(ways, way => way.StartsWith("internet → ", StringComparison.Ordinal) && way.EndsWith("anyone but 198.51.100.0/24", StringComparison.Ordinal));
        Assert.DoesNotContain(svg.Descendants(), element => element.Name.LocalName is "script" or "image" or "use");
        CommandRun refused = CommandRun.In(_host, "exposure", "--svg", "/proc/nowhere/x.svg");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("cannot write the file", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_names_the_deciding_rules_and_what_would_close_it()
    {
        CommandRun run = CommandRun.In(_host, "exposure", "explain", "5900", "--from", "internet");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("tcp dport 5900 accept (handle", run.Output, StringComparison.Ordinal);
        Assert.Contains("ip saddr @banned drop (handle", run.Output, StringComparison.Ordinal);
        Assert.Contains("iifname \"up0\" tcp dport 5900 drop", run.Output, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(CommandRun.In(_host, "exposure", "explain", "192.168.122.10:80", "--json").Output).RootElement;
        JsonElement internet = json.GetProperty("endpoints")[0].GetProperty("from").EnumerateArray().Single(cell => cell.GetProperty("zone").GetString() == "internet");
        Assert.Equal("closed", internet.GetProperty("concern").GetString());
        CommandRun unknown = CommandRun.In(_host, "exposure", "explain", "teapot");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("there is no such endpoint: teapot", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_answers_line_by_line_in_order_and_says_which_line_is_wrong()
    {
        string packets = Path.Combine(_folder.FullName, "packets.ndjson");
        File.WriteAllText(packets, """
            {"id":1,"iif":"up0","saddr":"8.8.8.8","daddr":"203.0.113.10","proto":"tcp","dport":8080}
            {"id":"two","iif":"up0","saddr":"198.51.100.7","daddr":"203.0.113.10","proto":"tcp","dport":5900}

            {"id":3,"iif":"up0"}
            {"id":4,"iif":"mgmt0","saddr":"192.168.1.2","daddr":"192.168.1.10","proto":"tcp","dport":22}

            """ + new string('x', 3_000_000));
        CommandRun run = CommandRun.In(_host, "exposure", "trace", packets, "--json");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("packets.ndjson:4: 'saddr' is missing", run.Error, StringComparison.Ordinal);
        JsonElement[] lines = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(5, lines.Length);
        Assert.Equal("accept", lines[0].GetProperty("verdict").GetString());
        Assert.Equal("192.168.122.10", lines[0].GetProperty("daddr").GetString());
        Assert.Equal(80, lines[0].GetProperty("dport").GetInt32());
        Assert.Equal("two", lines[1].GetProperty("id").GetString());
        Assert.Equal("drop", lines[1].GetProperty("verdict").GetString());
        Assert.Equal((3, 4), (lines[2].GetProperty("id").GetInt32(), lines[2].GetProperty("line").GetInt32()));
        Assert.Contains("which no packet needs", lines[4].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal("host", lines[3].GetProperty("to").GetString());
        Assert.Contains(lines[3].GetProperty("why").EnumerateArray(), why => why.GetProperty("chain").GetString() == "input" && why.GetProperty("handle").GetInt64() > 0);
    }

    [Fact]
    public void Diff_says_what_became_reachable()
    {
        string before = Path.Combine(_folder.FullName, "before.tar.gz");
        string after = Path.Combine(_folder.FullName, "after.tar.gz");
        Assert.Equal(0, CommandRun.In(_host, "snapshot", before).ExitCode);
        _host.Nft("insert rule inet filter input iifname \"up0\" tcp dport 3306 accept");
        Assert.Equal(0, CommandRun.In(_host, "snapshot", after).ExitCode);
        CommandRun same = CommandRun.Of("exposure", "diff", before, before);
        Assert.Equal(0, same.ExitCode);
        CommandRun diff = CommandRun.Of("exposure", "diff", before, after);
        Assert.Equal(1, diff.ExitCode);
        Assert.Matches(@"OPENED\s+.*tcp/3306\s+internet\s+nobody\s+anyone", diff.Output);
        // The port that is let through to whatever listens there, and the listener that is reached by it.
        Assert.Matches(@"OPENED\s+→ host\s+any port\s+internet\s+.*tcp 5900; ping\s+.*tcp 3306, 5900; ping", diff.Output);
        Assert.Equal(2, diff.Output.Split('\n').Count(line => line.StartsWith("OPENED", StringComparison.Ordinal)));
        using JsonDocument told = JsonDocument.Parse(CommandRun.Of("exposure", "diff", before, after, "--json").Output);
        JsonElement[] changes = [.. told.RootElement.GetProperty("changes").EnumerateArray()];
        Assert.Single(changes, static change => change.TryGetProperty("port", out JsonElement port) && port.GetInt32() == 3306);
        Assert.Single(changes, static change => change.TryGetProperty("ports", out JsonElement ports) && ports.GetRawText() == "[0,65535]");
    }

    [Fact]
    public void What_guests_reach_of_the_management_network_is_told_explained_and_true()
    {
        _management.Ip("route add default via 192.168.1.10");
        Listen(_management, 443);
        Listen(_management, 444);
        string before = Path.Combine(_folder.FullName, "before.tar.gz");
        string after = Path.Combine(_folder.FullName, "after.tar.gz");
        Assert.Equal(0, CommandRun.In(_host, "snapshot", before).ExitCode);
        Assert.False(Connects(_guest, "192.168.1.2", 443));
        Assert.DoesNotContain("guests → management", CommandRun.In(_host, "exposure").Output, StringComparison.Ordinal);
        _host.Nft("add rule inet filter forward iifname \"virbr0\" tcp dport != 444 accept");

        Assert.Matches(@"!!\s+guests → management \(tcp all but 444\)\s+anyone in 192\.168\.122\.0/24", CommandRun.In(_host, "exposure").Output);
        Assert.True(Connects(_guest, "192.168.1.2", 443));
        Assert.False(Connects(_guest, "192.168.1.2", 444));
        JsonElement json = JsonDocument.Parse(CommandRun.In(_host, "exposure", "--json").Output).RootElement;
        JsonElement way = json.GetProperty("paths").EnumerateArray().Single(row => row.GetProperty("to").GetString() == "management")
            .GetProperty("from").EnumerateArray().Single(cell => cell.GetProperty("zone").GetString() == "guests");
        Assert.Equal("wrong", way.GetProperty("concern").GetString());
        Assert.Equal("[[0,443],[445,65535]]", Assert.Single(way.GetProperty("ports").EnumerateArray()).GetProperty("ports").GetRawText());
        Assert.Contains("192.168.1.0/29", Strings(way.GetProperty("destinations")));

        string explained = CommandRun.In(_host, "exposure", "explain", "guests->management").Output;
        Assert.Contains("tcp dport != 444 accept (handle", explained, StringComparison.Ordinal);
        Assert.Contains("add rule inet MYTABLE forward iifname \"virbr0\" oifname \"mgmt0\" drop", explained, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.In(_host, "snapshot", after).ExitCode);
        CommandRun diff = CommandRun.Of("exposure", "diff", before, after);
        Assert.Matches(@"OPENED\s+→ management\s+any port\s+guests\s+nobody\s+anyone in", diff.Output);
        string picture = Path.Combine(_folder.FullName, "ways.svg");
        Assert.Equal(0, CommandRun.In(_host, "exposure", "--svg", picture).ExitCode);
        XNamespace ns = "http://www.w3.org/2000/svg";
        Assert.Contains(XDocument.Parse(File.ReadAllText(picture)).Descendants(ns + "path"),
            path => (string?)path.Attribute("class") == "l wrong" && path.Value.StartsWith("guests → management", StringComparison.Ordinal));
    }

    [Fact]
    public void Probes_from_two_zones_agree_and_a_lie_is_found()
    {
        string expect = Path.Combine(_folder.FullName, "host.json");
        File.WriteAllText(expect, CommandRun.In(_host, "exposure", "--json").Output);
        CommandRun internet = CommandRun.In(_internet, "exposure", "probe", "203.0.113.10", "--expect", expect, "--patience", "1");
        Assert.True(internet.ExitCode == 0, internet.Output + internet.Error);
        Assert.Matches(@"tcp/5900\s+.*open\s+open", internet.Output);
        Assert.Matches(@"tcp/8080\s+.*open\s+open", internet.Output);
        Assert.Contains("0 disagreements", internet.Output, StringComparison.Ordinal);
        CommandRun management = CommandRun.In(_management, "exposure", "probe", "192.168.1.10", "--expect", expect, "--zone", "management", "--patience", "1", "--json");
        Assert.Equal(0, management.ExitCode);
        JsonElement ssh = JsonDocument.Parse(management.Output).RootElement.GetProperty("ports").EnumerateArray()
            .Single(port => port.GetProperty("port").GetInt32() == 22);
        Assert.Equal(("open", "open"), (ssh.GetProperty("expected").GetString(), ssh.GetProperty("answered").GetString()));

        _host.Nft("insert rule inet filter input iifname \"up0\" tcp dport 3306 accept");
        CommandRun lie = CommandRun.In(_internet, "exposure", "probe", "203.0.113.10", "--expect", expect, "--patience", "1");
        Assert.Equal(1, lie.ExitCode);
        Assert.Matches(@"DISAGREES\s+tcp/3306", lie.Output);
        Assert.StartsWith("DISAGREES", lie.Output.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Zones_that_one_device_holds_apart_by_source_are_probed_each_from_its_own()
    {
        string policy = Path.Combine(_folder.FullName, "policy.yaml");
        string expect = Path.Combine(_folder.FullName, "split.json");
        File.WriteAllText(policy, """
            version: 1
            zones:
              internet: { interfaces: [up0] }
              management: { interfaces: [mgmt0] }
              office: { interfaces: [up0], sources: [198.51.100.0/24] }
              partner: { interfaces: [up0], sources: [192.0.2.0/24] }
            """);
        _host.Nft("flush set inet filter banned");
        _host.Nft("insert rule inet filter input iifname \"up0\" ip saddr 198.51.100.0/24 tcp dport { 22, 3306 } accept");
        _host.Nft("insert rule inet filter input iifname \"up0\" ip saddr 192.0.2.128/25 tcp dport 3306 accept");
        _internet.Address("net0", "192.0.2.7/32", "192.0.2.200/32");
        CommandRun asked = CommandRun.In(_host, "exposure", "--json", "--policy", policy);
        Assert.True(asked.ExitCode == 0, asked.Error);
        File.WriteAllText(expect, asked.Output);
        JsonElement report = JsonDocument.Parse(asked.Output).RootElement;
        Assert.Equal("closed", Cell(report, 22, "internet").GetProperty("concern").GetString());
        Assert.Equal("192.0.2.128/25", Cell(report, 3306, "partner").GetProperty("words").GetString());

        foreach ((string source, string zone, string open) in new[]
        {
            ("203.0.113.1", "internet", "5900 8080"), ("198.51.100.9", "office", "22 3306 5900 8080"),
            ("192.0.2.7", "partner", "5900 8080"), ("192.0.2.200", "partner", "3306 5900 8080"),
        })
        {
            _internet.Ip($"route replace 203.0.113.10/32 dev net0 src {source}");
            CommandRun run = CommandRun.In(_internet, "exposure", "probe", "203.0.113.10", "--expect", expect, "--zone", zone, "--patience", "1", "--json");
            Assert.True(run.ExitCode == 0, $"{source}: {run.Output}{run.Error}");
            Assert.Equal(open, string.Join(' ', JsonDocument.Parse(run.Output).RootElement.GetProperty("ports").EnumerateArray()
                .Where(static port => port.GetProperty("answered").GetString() == "open" && port.GetProperty("expected").GetString() == "open")
                .Select(static port => port.GetProperty("port").GetInt32()).Order()));
        }

        // Who says that he stands elsewhere is told.
        CommandRun wrong = CommandRun.In(_internet, "exposure", "probe", "203.0.113.10", "--expect", expect, "--zone", "office", "--patience", "1");
        Assert.Equal(1, wrong.ExitCode);
        Assert.StartsWith("DISAGREES", wrong.Output.Split('\n')[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_cannot_be_read_are_an_error_and_no_answer()
    {
        string folder = Path.Combine(_folder.FullName, "broken");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "nft.txt"), "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n");
        CommandRun truncated = CommandRun.Of("exposure", "--snapshot", folder);
        Assert.Equal(2, truncated.ExitCode);
        Assert.Single(truncated.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("", truncated.Output);
        File.Delete(Path.Combine(folder, "nft.txt"));
        File.WriteAllText(Path.Combine(folder, "ip-link.json"), "[]");
        CommandRun none = CommandRun.Of("exposure", "--snapshot", folder);
        Assert.Equal(2, none.ExitCode);
        Assert.Contains("no answer is true", none.Error, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        _host.Dispose();
        _internet.Dispose();
        _management.Dispose();
        _guest.Dispose();
        _folder.Delete(recursive: true);
    }

    private static JsonElement Row(JsonElement report, int port) => report.GetProperty("endpoints").EnumerateArray()
        .Single(row => row.TryGetProperty("port", out JsonElement number) && number.GetInt32() == port);

    private static JsonElement Cell(JsonElement report, int port, string zone) => Row(report, port).GetProperty("from").EnumerateArray()
        .Single(cell => cell.GetProperty("zone").GetString() == zone);

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(static one => one.GetString()!)];

    private static bool Connects(NetworkNamespace from, string address, int port)
    {
        bool connected = false;
        from.Run(() =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Blocking = false;
                socket.Connect(IPAddress.Parse(address), port);
            }
            catch (SocketException waiting) when (waiting.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                connected = socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectWrite) && (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == 0;
            }
        });
        return connected;
    }

    private void Listen(NetworkNamespace where, int port) => where.Run(() =>
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen();
        _sockets.Add(socket);
    });
}
