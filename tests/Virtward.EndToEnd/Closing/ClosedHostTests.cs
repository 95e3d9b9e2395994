using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Virtward.EndToEnd.Insecure;
using Virtward.EndToEnd.Machine;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.EndToEnd.Closing;

/// <summary>
/// What a newcomer does on the insecure host of the isolation document: init, plan, apply, confirm; held against real connections from every zone, and taken back to what it was.
/// </summary>
public sealed class ClosedHostTests : IDisposable
{
    private const int Seconds = 1200;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-closing-");
    private readonly NetworkNamespace _internet = new();
    private readonly NetworkNamespace _management = new();
    private readonly NetworkNamespace _vpn = new();

    public void Dispose()
    {
        _internet.Dispose();
        _management.Dispose();
        _vpn.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void Init_plan_apply_and_confirm_close_the_host_and_rollback_opens_it_as_it_was()
    {
        Assert.SkipWhen(HostImage.Missing() is not null, HostImage.Missing() ?? "");
        string program = PublishedProgram.To(Path.Combine(_folder.FullName, "published"));
        HostImage image = HostImage.Get(string.Join(' ', VirtualHost.Hardware), InsecureHost.Say);
        using VirtualHost host = VirtualHost.Start(image, program, [_internet, _management, _vpn], InsecureHost.Say);
        Address();
        string key = Key(host);
        Assert.True(Connects(_internet, "203.0.113.10", 22));
        Assert.True(Connects(_internet, "203.0.113.10", 5900));

        Told(host, "virtward init --yes --profile isolated --zone internet=up0 --zone management=mgmt0,192.168.1.0/24,fd00:1::/64 --zone vpn=vpn0,10.8.0.0/24 --zone guests=virbr0");
        InsecureHost.Say(host.Must("cat /etc/virtward/policy.yaml"));
        string before = Picture(host);
        Ran plan = host.Run("virtward plan --patience 2m --detailed-exitcode");
        InsecureHost.Say(plan.Output + plan.Error);
        Assert.Equal(2, plan.Code);
        Assert.Equal(before, Picture(host));

        Ran applied = Ssh(key, string.Create(CultureInfo.InvariantCulture, $"virtward apply --yes --confirm-within {Seconds} --patience 2m"));
        InsecureHost.Say(applied.Output + applied.Error);
        Assert.Equal(0, applied.Code);
        foreach ((string address, int port) in (ReadOnlySpan<(string, int)>)[("203.0.113.10", 22), ("2001:db8::10", 22), ("203.0.113.10", 5900), ("203.0.113.10", 53), ("2001:db8::10", 16509)])
        {
            Assert.False(Connects(_internet, address, port), $"the Internet reaches {address} port {port}");
        }

        Assert.True(Connects(_management, "192.168.1.100", 22), "management cannot reach sshd");
        Assert.NotEqual(0, host.Run("ip netns exec guest timeout 20 bash -c '</dev/tcp/192.168.122.1/22'").Code);
        Assert.NotEqual(0, host.Run("ip netns exec guest timeout 20 bash -c '</dev/tcp/192.168.1.10/22'").Code);

        Ran confirmed = Ssh(key, "virtward confirm");
        Assert.True(confirmed.Code == 0, confirmed.Error);

        // This host reaches no mirror: what needs a package from there is left out, and is all that is left.
        using (JsonDocument again = JsonDocument.Parse(host.Must("virtward plan --patience 2m --json")))
        {
            Assert.Empty(again.RootElement.GetProperty("changes").EnumerateArray().Select(static one => one.GetProperty("id").GetString()).Except(["updates", "audit.rules"]));
        }

        Findings(host);

        Told(host, "virtward rollback");
        Same(before, Picture(host));
        Assert.True(Connects(_internet, "203.0.113.10", 22));
    }

    // What is left is written down: nothing of it may be a door.
    private static void Findings(VirtualHost host)
    {
        using JsonDocument audit = JsonDocument.Parse(host.Run("virtward audit --patience 2m --json").Output);
        string[] left = [.. audit.RootElement.GetProperty("findings").EnumerateArray().Select(static one => $"{one.GetProperty("id").GetString()} {one.GetProperty("severity").GetString()}").Distinct()];
        InsecureHost.Say($"score {audit.RootElement.GetProperty("score").GetProperty("percent")}; still found: {string.Join(", ", left)}");
        string[] doors = ["EXP-01", "EXP-02", "EXP-03", "EXP-04", "EXP-05", "EXP-08", "EXP-09", "EXP-13", "EXP-15", "FW-02", "FW-03", "FW-05", "FW-15", "SSH-01", "SSH-03", "SSH-13", "LV-01", "NET-02", "V6-01"];
        Assert.Empty(left.Select(static one => one.Split(' ')[0]).Intersect(doors));
    }

    private static void Told(VirtualHost host, string command)
    {
        var watch = Stopwatch.StartNew();
        Ran ran = host.Run(command);
        InsecureHost.Say(string.Create(CultureInfo.InvariantCulture, $"{command}: {ran.Code} after {watch.Elapsed.TotalSeconds:0} s\n{ran.Output}{ran.Error}"));
        Assert.Equal(0, ran.Code);
    }

    // Without what programs write as they run: leases, random seeds, and the rest of /var.
    private static string Picture(VirtualHost host) => host.Must("""
        find /etc /usr/lib/systemd/system -not -path '/etc/virtward/*' -printf '%p %y %m %u %g %l\n' | LC_ALL=C sort
        find /etc -type f -not -path '/etc/virtward/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
        nft -s list ruleset
        systemctl list-unit-files --no-legend --plain --state=enabled,disabled,masked | awk '{print $1, $2}'
        cd /proc/sys && grep -r . net/ipv4/conf net/ipv6/conf net/ipv4/ip_forward net/ipv4/tcp_syncookies kernel/kptr_restrict kernel/dmesg_restrict fs/protected_fifos kernel/sysrq 2>/dev/null | grep -v stable_secret | LC_ALL=C sort
        """);

    private static void Same(string before, string after)
    {
        string[] was = before.Split('\n');
        string[] now = after.Split('\n');
        Assert.True(before == after, $"gone: {string.Join('\n', was.Except(now))}\nnew: {string.Join('\n', now.Except(was))}");
    }

    private void Address()
    {
        _internet.Address("tap-up", "203.0.113.1/24", "2001:db8::1/64");
        _internet.Ip("route add default via 203.0.113.10");
        _management.Address("tap-mgmt", "192.168.1.10/24", "fd00:1::10/64");
        _vpn.Address("tap-vpn", "10.8.0.2/24");
    }

    private string Key(VirtualHost host)
    {
        string key = Path.Combine(_folder.FullName, "key");
        Assert.Equal(0, Tool.Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]).Code);
        host.Must($"install -d -m 700 /root/.ssh && cat >/root/.ssh/authorized_keys <<'END'\n{File.ReadAllText(key + ".pub").Trim()}\nEND\nchmod 600 /root/.ssh/authorized_keys");
        return key;
    }

    private Ran Ssh(string key, string command)
    {
        using Process process = _management.Start(
            "ssh", ["-i", key, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=120", "root@192.168.1.100", command]);
        process.StandardInput.Close();
        return Tool.End(process);
    }

    private static bool Connects(NetworkNamespace from, string address, int port)
    {
        var target = IPAddress.Parse(address);
        using Socket socket = from.Run(() => new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            return socket.ConnectAsync(target, port).Wait(TimeSpan.FromSeconds(10)) && socket.Connected;
        }
        catch (AggregateException)
        {
            return false;
        }
    }
}
