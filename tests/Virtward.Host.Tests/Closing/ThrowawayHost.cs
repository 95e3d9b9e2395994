using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Virtward.Host.Tests.Program;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Closing;

/// <summary>
/// A host that may be changed in every way: this machine's files under an overlay in memory, in mount, network and process namespaces of its own, with a real sshd, a network that leads to
/// the Internet and one for management. The kernel's settings that are not the network's can only be read. It is gone with its first process.
/// </summary>
public sealed class ThrowawayHost : IDisposable
{
    /// <summary>A policy that closes it.</summary>
    public const string Policy = """
        version: 1
        zones:
          internet: { interfaces: [up0] }
          management: { interfaces: [mgmt0], sources: [192.168.1.0/24] }
        # The kernel, packages and units of the machine that this runs on are nobody's to change.
        kernel: { manage: false }
        libvirt: { manage: false }
        resolver: { manage: false }
        updates: { automatic: false }
        software: { absent: [], masked-units: [] }
        """;

    private const string Boot = """
        set -e
        mount --make-rprivate /
        mount -t tmpfs -o size=300m tmpfs "$1"
        mkdir "$1/upper" "$1/work" "$1/root"
        mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
        root=$1/root
        # A copy: what is installed on this machine meanwhile would show through.
        cp -a /etc "$1/etc"
        mount --bind "$1/etc" "$root/etc"
        mkdir -p "$root$2"
        mount --bind "$2" "$root$2"
        mount -t proc proc "$root/proc"
        for part in kernel fs vm debug dev user; do
            if [ -d "$root/proc/sys/$part" ]; then
                mount --bind "$root/proc/sys/$part" "$root/proc/sys/$part"
                mount -o remount,ro,bind "$root/proc/sys/$part"
            fi
        done
        mount --rbind /sys "$root/sys"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/run"
        mount -t tmpfs tmpfs "$root/var/lib/virtward" 2>/dev/null || { mkdir -p "$root/var/lib/virtward"; }
        mkdir -p "$root/run/sshd" "$root/etc/virtward" "$root/root/.ssh"
        chown root:root "$root/root" "$root/root/.ssh"; chmod 700 "$root/root" "$root/root/.ssh"
        rm -rf "$root/etc/ssh/sshd_config.d"; mkdir "$root/etc/ssh/sshd_config.d"
        printf 'Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication yes\nPermitRootLogin yes\nUsePAM no\n' > "$root/etc/ssh/sshd_config"
        printf '# Of somebody who was here before.\nMaxAuthTries 4\n' > "$root/etc/ssh/sshd_config.d/00-virtward.conf"
        chown daemon:adm "$root/etc/ssh/sshd_config.d/00-virtward.conf"; chmod 640 "$root/etc/ssh/sshd_config.d/00-virtward.conf"
        setfattr -n trusted.kept -v yes "$root/etc/ssh/sshd_config.d/00-virtward.conf"
        sed -i 's/^root:[^:]*:/root:*:/' "$root/etc/shadow"
        # Its packages are this machine's: apt would look through them for seconds, each time.
        rm -f "$root/usr/bin/apt"
        ip link set lo up
        echo ready
        exec chroot "$root" sleep infinity
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-host-");
    private readonly Process _first;
    private readonly string _inside;

    public ThrowawayHost()
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("a host of its own needs root");
        }

        string mount = _folder.CreateSubdirectory("mount").FullName;
        _first = Process.Start(new ProcessStartInfo(
            "unshare", ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", Boot, "sh", mount, BuiltProgram.Root])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string? word = _first.StandardOutput.ReadLine();
        if (word != "ready")
        {
            string error = _first.StandardError.ReadToEnd();
            Dispose();
            Assert.Skip($"no host of its own can be made here: {error.Trim()}");
        }

        _inside = File.ReadAllText($"/proc/{_first.Id}/task/{_first.Id}/children").Trim();
        Internet.Ip($"link add net0 type veth peer name up0 netns {_inside}");
        Management.Ip($"link add adm0 type veth peer name mgmt0 netns {_inside}");
        Internet.Ip("link set net0 up");
        Management.Ip("link set adm0 up");
        Internet.Address("net0", "203.0.113.1/24", "2001:db8::1/64");
        Management.Address("adm0", "192.168.1.5/24");
        foreach (string command in (string[])
            ["addr add 203.0.113.10/24 dev up0", "addr add 2001:db8::10/64 dev up0 nodad", "addr add 192.168.1.100/24 dev mgmt0", "link set up0 up", "link set mgmt0 up", "route add default via 203.0.113.1"])
        {
            Good("ip", command.Split(' '));
        }

        Key = Path.Combine(_folder.FullName, "key");
        Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Key);
        Write("/root/.ssh/authorized_keys", File.ReadAllText(Key + ".pub"));
        Good("chmod", "600", "/root/.ssh/authorized_keys");
        Good("ssh-keygen", "-A");
        Good("/usr/sbin/sshd");
    }

    /// <summary>Who is at the far end of its uplink: 203.0.113.1.</summary>
    public NetworkNamespace Internet { get; } = new();

    /// <summary>The administrator's machine: 192.168.1.5.</summary>
    public NetworkNamespace Management { get; } = new();

    /// <summary>The administrator's private key.</summary>
    public string Key { get; }

    /// <summary>Where its files are seen from here.</summary>
    public string Root => $"/proc/{_inside}/root";

    /// <summary>The arguments of <c>nsenter</c>, up to the program, that lead into it.</summary>
    public IReadOnlyList<string> Within => Enter;

    /// <summary>Writes a file of the host.</summary>
    public void Write(string path, string content)
    {
        CommandRun run = Feed(content, "tee", path);
        Assert.True(run.ExitCode == 0, run.Error);
    }

    /// <summary>Runs a program on the host, without any connection to it.</summary>
    public CommandRun In(string program, params string[] arguments) => Feed("", program, arguments);

    /// <summary>Runs virtward on the host, as root at no terminal.</summary>
    public CommandRun Virtward(params string[] arguments) => Feed("", BuiltProgram.Path, arguments);

    /// <summary>Starts a program on the host.</summary>
    public Process Start(string program, params string[] arguments) => Process.Start(Info("nsenter", [.. Enter, program, .. arguments]))!;

    /// <summary>Runs virtward on the host over a new SSH connection from the management network.</summary>
    public CommandRun OverSsh(params string[] arguments) => End(StartSsh([], arguments), "");

    /// <summary>Starts virtward on the host over SSH from the management network.</summary>
    public Process StartSsh(string[] options, params string[] arguments) => Ssh(options, string.Join(' ', arguments.Prepend(BuiltProgram.Path)));

    private Process Ssh(string[] options, string command) => Management.Start(
        "ssh",
        ["-i", Key, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=20", .. options,
            "root@192.168.1.100", command]);

    /// <summary>Waits for a started process, and takes what it printed.</summary>
    public static CommandRun End(Process process, string input)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(3)), $"no end: {process.StartInfo.FileName}");
            return new CommandRun(process.ExitCode, output.Result, error.Result);
        }
    }

    /// <summary>Whether a TCP connection from a namespace to one of the host's addresses comes about.</summary>
    public static bool Connects(NetworkNamespace from, string address, int port) => from.Run(() =>
    {
        var target = IPAddress.Parse(address);
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            socket.ConnectAsync(target, port, limit.Token).AsTask().GetAwaiter().GetResult();
            return true;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            return false;
        }
    });

    /// <summary>Whether the administrator gets in over SSH.</summary>
    public bool GetsIn() => End(Ssh([], "true"), "").ExitCode == 0;

    /// <summary>Tries to log in over SSH without a key.</summary>
    public CommandRun WithoutKey() => End(Ssh(["-o", "PreferredAuthentications=password,keyboard-interactive"], "true"), "");

    /// <summary>Whether a transaction has been written down; looked up without a process.</summary>
    public bool HasTransaction()
    {
        var folder = new DirectoryInfo(Root + "/var/lib/virtward/transactions");
        return folder.Exists && folder.EnumerateDirectories().Any();
    }

    /// <summary>Whether virtward runs there with a command; looked up without a process.</summary>
    public bool Runs(string command)
    {
        string? space = Space(_inside);
        return Directory.EnumerateDirectories("/proc").Select(static folder => Path.GetFileName(folder)).Where(static name => char.IsAsciiDigit(name[0])).Any(process =>
        {
            try
            {
                return File.ReadAllText($"/proc/{process}/cmdline").Split('\0') is [var program, var first, ..] && program == BuiltProgram.Path && first == command && Space(process) == space;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        });

        static string? Space(string process) => File.ResolveLinkTarget($"/proc/{process}/ns/pid", returnFinalTarget: false)?.Name;
    }

    /// <summary>Everything that a transaction may have changed: files with owner, mode and content, rules, settings of the network.</summary>
    public string Picture()
    {
        string files = Good("find", "/etc", "-printf", "%p %y %m %u %g %l\n");
        string contents = Good("sh", "-c", "find /etc -type f -print0 | sort -z | xargs -0 sha256sum");
        string attributes = Good("sh", "-c", "find /etc ! -type l -print0 | sort -z | xargs -0 getfattr --no-dereference --dump --match=- --absolute-names");
        string rules = Good("nft", "-s", "list", "ruleset");
        string settings = In("sh", "-c", "cd /proc/sys/net && grep -r . ipv4/conf ipv6/conf ipv4/ip_forward ipv4/tcp_syncookies ipv4/tcp_rfc1337 ipv4/icmp_echo_ignore_broadcasts 2>/dev/null | grep -v stable_secret").Output;
        return string.Join('\n', files.Split('\n').Order(StringComparer.Ordinal)) + contents + attributes + rules + string.Join('\n', settings.Split('\n').Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        if (!_first.HasExited)
        {
            _first.Kill();
            _first.WaitForExit();
        }

        _first.Dispose();
        Internet.Dispose();
        Management.Dispose();
        _folder.Delete(recursive: true);
    }

    private string[] Enter => ["--target", _inside, "--mount", "--net", "--pid", "--root", "--wd=/", "--"];

    private string Good(string program, params string[] arguments)
    {
        CommandRun run = In(program, arguments);
        Assert.True(run.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {run.Error}{run.Output}");
        return run.Output;
    }

    private CommandRun Feed(string input, string program, params string[] arguments) => End(Start(program, arguments), input);

    private static void Run(string program, params string[] arguments)
    {
        CommandRun run = End(Process.Start(Info(program, arguments))!, "");
        Assert.True(run.ExitCode == 0, run.Error);
    }

    private static ProcessStartInfo Info(string program, string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // What this test was started over is none of the host's.
        info.Environment.Remove("SSH_CONNECTION");
        info.Environment.Remove("SUDO_USER");
        return info;
    }
}
