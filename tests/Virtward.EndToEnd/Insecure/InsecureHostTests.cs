using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.EndToEnd.Insecure;

/// <summary>
/// The published program on a real host that is as insecure as the isolation document found it: Debian's kernel, systemd, sshd, libvirt with four
/// guests, dnsmasq and Fail2Ban. What must be found was written down before the first run.
/// </summary>
public sealed class InsecureHostTests(InsecureHost insecure) : IClassFixture<InsecureHost>
{
    /// <summary>What the host must be found out for, and why; more may be found.</summary>
    private static readonly Dictionary<string, string> Seeded = new()
    {
        ["EXP-01"] = "SSH, screens, DNS and LLMNR answer the Internet",
        ["EXP-02"] = "sshd listens on every address, and nothing filters it",
        ["EXP-03"] = "5900 to 5903 listen on every address",
        ["EXP-04"] = "16509 listens on every address",
        ["EXP-05"] = "dnsmasq answers whoever asks",
        ["EXP-08"] = "guests reach sshd, screens and libvirt by virbr0's address",
        ["EXP-09"] = "libvirt's NAT takes guests everywhere, to the management network too",
        ["EXP-10"] = "nothing isolates the guests' ports on virbr0",
        ["EXP-13"] = "16509 is dropped over IPv4 and open over IPv6",
        ["EXP-16"] = "sshd, libvirt and the screens listen on every address",
        ["EXP-17"] = "libvirtd-tcp.socket is systemd's",
        ["FW-02"] = "input is accepted by default",
        ["FW-03"] = "forward is accepted by default, and ip_forward is on for libvirt",
        ["SSH-01"] = "PasswordAuthentication yes",
        ["SSH-02"] = "nobody has a key",
        ["SSH-03"] = "PermitRootLogin yes",
        ["SSH-04"] = "no ListenAddress",
        ["SSH-13"] = "Debian's X11Forwarding yes",
        ["LV-01"] = "libvirtd-tcp.socket, and auth_tcp none",
        ["LV-04"] = "four screens on 0.0.0.0",
        ["LV-05"] = "no TLS, no password",
        ["LV-10"] = "no filterref, no isolated port",
        ["NET-01"] = "dnsmasq without interface and bind-interfaces",
        ["NET-02"] = "LLMNR=yes",
        ["UPD-01"] = "no unattended-upgrades",
        ["BAN-01"] = "Debian 12's Fail2Ban looks for /var/log/auth.log, which a host without rsyslog does not have, and does not start",
        ["MAC-04"] = "no auditd",
        ["V6-01"] = "nothing filters IPv6",
        ["LOG-02"] = "no log leaves the host",
        ["BKP-01"] = "no backup of any guest",
    };

    [Fact]
    public void Every_fault_is_found_with_evidence_and_a_remedy()
    {
        JsonElement audit = insecure.Audit;
        Assert.True(audit.GetProperty("root").GetBoolean());
        JsonElement[] findings = [.. audit.GetProperty("findings").EnumerateArray()];
        string[] missed = [.. Seeded.Keys.Except(findings.Select(static finding => finding.GetProperty("id").GetString()!))];
        Assert.True(missed.Length == 0, $"not found: {string.Join("; ", missed.Select(id => $"{id} ({Seeded[id]}): {Told(audit, id)}"))}");
        Assert.All(findings, static finding =>
        {
            Assert.NotEqual(0, finding.GetProperty("evidence").GetArrayLength());
            Assert.NotEqual("", finding.GetProperty("remedy").GetProperty("summary").GetString());
        });
        Assert.DoesNotContain(audit.GetProperty("checks").EnumerateArray(), static check =>
            check.GetProperty("status").GetString() == "unknown" && check.GetProperty("reason").GetString()!.Contains("root", StringComparison.Ordinal)
            && check.GetProperty("reason").GetString()!.Contains("run it as", StringComparison.Ordinal));
        InsecureHost.Say($"audit: score {audit.GetProperty("score").GetProperty("percent")}, {findings.Length} findings, {audit.GetProperty("summary").GetProperty("unknown")} unknown");
    }

    [Theory]
    [InlineData("internet", "203.0.113.10", "2001:db8::10", "192.168.1.100", "10.8.0.1", "192.168.122.1", "fd00:1::100")]
    [InlineData("management", "192.168.1.100", "fd00:1::100", "203.0.113.10", "2001:db8::10", "192.168.122.1")]
    [InlineData("vpn", "10.8.0.1", "192.168.1.100", "203.0.113.10", "192.168.122.1")]
    public void Real_packets_find_what_the_exposure_says(string zone, params string[] targets)
    {
        _ = insecure.Host;

        // A scan that finds nothing open proves nothing here.
        Assert.NotEqual(0, Agreement.Scan(insecure.Program, insecure.Exposure, zone, Zone(zone), targets));
    }

    [Theory]
    [InlineData("192.168.122.1")]
    [InlineData("192.168.1.100")]
    [InlineData("203.0.113.10")]
    [InlineData("10.8.0.1")]
    public void A_guest_finds_what_the_exposure_says(string target) =>
        Assert.NotEqual(0, Agreement.Of($"guest to {target}", insecure.Host.Run($"ip netns exec guest virtward exposure probe {target} --expect /root/exposure.json --zone guests --patience 10s --json")));

    // Not by the product's own probe: what everybody knows of this host, held against both.
    [Theory]
    [InlineData("internet", "203.0.113.10", 22, true)]
    [InlineData("internet", "2001:db8::10", 22, true)]
    [InlineData("internet", "203.0.113.10", 5900, true)]
    [InlineData("internet", "203.0.113.10", 5903, true)]
    [InlineData("internet", "2001:db8::10", 5900, false)]
    [InlineData("internet", "203.0.113.10", 53, true)]
    [InlineData("internet", "203.0.113.10", 16509, false)]
    [InlineData("internet", "2001:db8::10", 16509, true)]
    [InlineData("management", "192.168.1.100", 16509, true)]
    [InlineData("vpn", "10.8.0.1", 5902, true)]
    [InlineData("vpn", "10.8.0.1", 80, false)]
    public void A_connection_gets_through_or_not(string zone, string address, int port, bool open)
    {
        _ = insecure.Host;
        Assert.Equal(open, Connects(Zone(zone), IPAddress.Parse(address), port));
        Assert.Equal(open, Computed(zone, IPAddress.Parse(address), port));
    }

    [Fact]
    public void The_ways_between_zones_are_as_computed()
    {
        _ = insecure.Host;
        using Socket server = insecure.Management.Run(static () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        server.Bind(new IPEndPoint(IPAddress.Parse("192.168.1.10"), 8080));
        server.Listen();
        Assert.True(Connects(insecure.Internet, IPAddress.Parse("192.168.1.10"), 8080));
        Assert.True(Way("internet", "management"), "internet → management");
        Assert.Equal(0, insecure.Host.Run("ip netns exec guest timeout 20 bash -c '</dev/tcp/192.168.1.10/8080'").Code);
        Assert.True(Way("guests", "management"), "guests → management");
        // libvirt's own rules keep strangers from guests behind its NAT.
        insecure.Host.Must("ip netns exec guest python3 -m http.server 8080 >/dev/null 2>&1 & sleep 5");
        Assert.False(Connects(insecure.Internet, IPAddress.Parse("192.168.122.50"), 8080));
        Assert.False(Way("internet", "guests"), "internet → guests");
    }

    [Fact]
    public void What_the_audit_costs_is_told() => Assert.StartsWith("exit code 1,", insecure.Host is not null ? insecure.AuditCost : "", StringComparison.Ordinal);

    private NetworkNamespace Zone(string zone) => zone switch
    {
        "internet" => insecure.Internet,
        "management" => insecure.Management,
        _ => insecure.Vpn,
    };

    private static bool Connects(NetworkNamespace from, IPAddress address, int port)
    {
        using Socket socket = from.Run(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            return socket.ConnectAsync(address, port).Wait(TimeSpan.FromSeconds(10)) && socket.Connected;
        }
        catch (AggregateException)
        {
            return false;
        }
    }

    // Whether the exposure lets the zone's own machine in, by its exact prefixes.
    private bool Computed(string zone, IPAddress address, int port)
    {
        IPAddress source = IPAddress.Parse((zone, address.AddressFamily) switch
        {
            ("internet", AddressFamily.InterNetwork) => "203.0.113.1",
            ("internet", _) => "2001:db8::1",
            ("management", AddressFamily.InterNetwork) => "192.168.1.10",
            ("management", _) => "fd00:1::10",
            _ => "10.8.0.2",
        });
        return Read().GetProperty("endpoints").EnumerateArray()
            .Where(endpoint => endpoint.GetProperty("protocol").GetString() == "tcp" && endpoint.TryGetProperty("port", out JsonElement number) && number.GetInt32() == port
                && endpoint.GetProperty("addresses").EnumerateArray().Any(one => IPAddress.Parse(one.GetString()!).Equals(address)))
            .SelectMany(static endpoint => endpoint.GetProperty("from").EnumerateArray())
            .Where(cell => cell.GetProperty("zone").GetString() == zone)
            .SelectMany(static cell => cell.GetProperty("accepted").EnumerateArray())
            .Any(prefix => Holds(prefix.GetString()!, source));
    }

    private bool Way(string from, string to) => Read().GetProperty("paths").EnumerateArray()
        .Where(path => path.GetProperty("to").GetString() == to)
        .SelectMany(static path => path.GetProperty("from").EnumerateArray())
        .Any(cell => cell.GetProperty("zone").GetString() == from && cell.GetProperty("accepted").GetArrayLength() > 0);

    private static bool Holds(string prefix, IPAddress address) =>
        IPNetwork.TryParse(prefix, out IPNetwork network) ? network.Contains(address) : IPAddress.TryParse(prefix, out IPAddress? one) && one.Equals(address);

    private JsonElement Read() => JsonDocument.Parse(File.ReadAllText(insecure.Exposure)).RootElement;

    private static string Told(JsonElement audit, string id)
    {
        JsonElement check = audit.GetProperty("checks").EnumerateArray().FirstOrDefault(check => check.GetProperty("id").GetString() == id);
        return check.ValueKind == JsonValueKind.Undefined ? "no such check"
            : $"{check.GetProperty("status").GetString()} {(check.TryGetProperty("reason", out JsonElement reason) ? reason.GetString() : "")}";
    }
}
