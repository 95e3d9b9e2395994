using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Virtward.EndToEnd.Insecure;
using Virtward.EndToEnd.Machine;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.EndToEnd.Closing;

/// <summary>The insecure host between its zones, and an administrator with a key in the management network.</summary>
public sealed class ClosingScene : IDisposable
{
    /// <summary>What a newcomer types first.</summary>
    public const string Init =
        "virtward init --yes --profile isolated --zone internet=up0 --zone management=mgmt0,192.168.1.0/24,fd00:1::/64 --zone vpn=vpn0,10.8.0.0/24 --zone guests=virbr0";

    private readonly DirectoryInfo? _folder;
    private readonly HostDisk _disk;
    private readonly HostImage _image;
    private readonly string _key;

    /// <summary>Wakes the host up, with the published program on it and the administrator's key.</summary>
    public ClosingScene()
    {
        Assert.SkipWhen(HostImage.Missing() is not null, HostImage.Missing() ?? "");
        _folder = Directory.CreateTempSubdirectory("virtward-closing-");
        Internet = new NetworkNamespace();
        Management = new NetworkNamespace();
        Vpn = new NetworkNamespace();
        Task<string> publishing = Task.Run(() => PublishedProgram.To(Path.Combine(_folder.FullName, "published")));
        _image = HostImage.Get(string.Join(' ', VirtualHost.Hardware), InsecureHost.Say);
        VirtualHost.Warm(_image, InsecureHost.Say);
        Program = publishing.GetAwaiter().GetResult();
        _disk = new HostDisk(_image);
        Host = VirtualHost.Start(_image, _disk, Program, [Internet, Management, Vpn], InsecureHost.Say);
        Address();
        _key = Path.Combine(_folder.FullName, "key");
        Assert.Equal(0, Tool.Run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", _key]).Code);
        Host.Must($"install -d -m 700 /root/.ssh && cat >/root/.ssh/authorized_keys <<'END'\n{File.ReadAllText(_key + ".pub").Trim()}\nEND\nchmod 600 /root/.ssh/authorized_keys");
    }

    /// <summary>The same host, with the same administrator, after a loss of power that left a disk, between zones of its own; it boots.</summary>
    /// <param name="of">Whose host and administrator; it must last longer.</param>
    /// <param name="disk">What was left; its owner is this object from now on.</param>
    /// <param name="again">Where given, the power fails once more, so long after the boot began.</param>
    /// <param name="say">Told what takes long.</param>
    /// <param name="stop">Breaks that off.</param>
    public ClosingScene(ClosingScene of, HostDisk disk, TimeSpan? again, Action<string> say, CancellationToken stop)
    {
        Internet = new NetworkNamespace();
        Management = new NetworkNamespace();
        Vpn = new NetworkNamespace();
        (_image, _disk, _key, Program) = (of._image, disk, of._key, of.Program);
        if (again is { } after)
        {
            VirtualHost.Flicker(_image, _disk, [Internet, Management, Vpn], after, stop);
        }

        Host = VirtualHost.Boot(_image, _disk, [Internet, Management, Vpn], say);
        Address();
    }

    /// <summary>203.0.113.1, 2001:db8::1.</summary>
    public NetworkNamespace Internet { get; }

    /// <summary>192.168.1.10, fd00:1::10.</summary>
    public NetworkNamespace Management { get; }

    /// <summary>10.8.0.2.</summary>
    public NetworkNamespace Vpn { get; }

    /// <summary>The published program, for namespaces of this machine.</summary>
    public string Program { get; }

    /// <summary>The machine that runs now.</summary>
    public VirtualHost Host { get; private set; }

    public void Dispose()
    {
        Host.Dispose();
        _disk.Dispose();
        Internet.Dispose();
        Management.Dispose();
        Vpn.Dispose();
        _folder?.Delete(recursive: true);
    }

    /// <summary>Cuts the power, now, and starts the machine again.</summary>
    public void CutPower()
    {
        Host.Dispose();
        Host = VirtualHost.Boot(_image, _disk, [Internet, Management, Vpn], InsecureHost.Say);
        Address();
    }

    /// <summary>What a loss of power would leave at this very moment; the host goes on.</summary>
    public HostDisk Lost() => Host.Lost(_disk);

    /// <summary>Runs a command there that must succeed, and tells how long it took and what it said.</summary>
    public string Told(string command)
    {
        var watch = Stopwatch.StartNew();
        Ran ran = Host.Run(command);
        InsecureHost.Say(string.Create(CultureInfo.InvariantCulture, $"{command}: {ran.Code} after {watch.Elapsed.TotalSeconds:0} s\n{ran.Output}{ran.Error}"));
        Assert.Equal(0, ran.Code);
        return ran.Output;
    }

    /// <summary>All that a change could touch, as picture.py tells it.</summary>
    public string[] Picture()
    {
        var watch = Stopwatch.StartNew();
        string text = Host.Must($"cat >/run/picture.py <<'END'\n{File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Closing", "picture.py"))}\nEND\npython3 /run/picture.py");
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        InsecureHost.Say(string.Create(CultureInfo.InvariantCulture, $"a picture of {lines.Length} lines in {watch.Elapsed.TotalSeconds:0} s"));
        return lines;
    }

    /// <summary>What differs between two pictures; empty: nothing.</summary>
    public static string Difference(string[] before, string[] after) => string.Join('\n', before.Except(after).Select(static line => "gone: " + line).Concat(after.Except(before).Select(static line => "new: " + line)));

    /// <summary>Runs a command there as the administrator does, over SSH.</summary>
    public Ran Ssh(string command)
    {
        using Process process = Management.Start(
            "ssh", ["-i", _key, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=120", "root@192.168.1.100", command]);
        process.StandardInput.Close();
        return Tool.End(process);
    }

    /// <summary>Whether a TCP connection comes about within seconds.</summary>
    public static bool Connects(NetworkNamespace from, string address, int port)
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

    private void Address()
    {
        Internet.Address("tap-up", "203.0.113.1/24", "2001:db8::1/64");
        Internet.Ip("route add default via 203.0.113.10");
        Internet.Ip("-6 route add default via 2001:db8::10");
        Management.Address("tap-mgmt", "192.168.1.10/24", "fd00:1::10/64");
        Management.Ip("route add default via 192.168.1.100");
        Management.Ip("-6 route add default via fd00:1::100");
        Vpn.Address("tap-vpn", "10.8.0.2/24");
        Vpn.Ip("route add default via 10.8.0.1");
    }
}
