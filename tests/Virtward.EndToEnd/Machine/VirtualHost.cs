using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Virtward.Host.Tests.Support;

namespace Virtward.EndToEnd.Machine;

/// <summary>
/// A running virtual machine: the insecure host, under QEMU's own processor (TCG: what /dev/kvm is worth differs from machine to machine). Its network
/// devices are cables into namespaces; commands go in by a virtual serial line, so that they never depend on the network that they change.
/// </summary>
public sealed class VirtualHost : IDisposable
{
    private const int ProgramDiskSize = 128 * 1024 * 1024;

    // The emulated processor is this much slower than a real one, and the machine may be busy besides.
    private static readonly TimeSpan BootLimit = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(20);

    private static readonly string[] Cables = ["up", "mgmt", "vpn"];

    private readonly string _folder;
    private readonly NetworkNamespace _within = new();
    private readonly Process _process;
    private readonly Socket _agent;
    private readonly StreamReader _answers;
    private readonly Socket _monitor;
    private int _commands;
    private bool _gone;

    private VirtualHost(HostImage image, string disk, string program, IReadOnlyList<NetworkNamespace> zones, params IEnumerable<string> state)
    {
        _folder = Directory.CreateTempSubdirectory("virtward-host-").FullName;
        string programDisk = Path.Combine(_folder, "program.raw");
        using (FileStream to = File.Create(programDisk))
        {
            if (program.Length > 0)
            {
                using FileStream from = File.OpenRead(program);
                from.CopyTo(to);
            }

            to.SetLength(ProgramDiskSize);
        }

        string[] arguments =
        [
            .. Hardware,
            "-kernel", image.Of("vmlinuz"), "-initrd", image.Of("initrd"), "-append", "root=LABEL=host ro quiet console=ttyS0 systemd.getty_auto=no systemd.default_timeout_start_sec=900",
            "-drive", $"file={disk},format=qcow2,if=none,id=disk,cache=unsafe", "-device", "virtio-blk-pci,drive=disk",
            "-drive", $"file={programDisk},format=raw,if=none,id=program,cache=unsafe,readonly=on", "-device", "virtio-blk-pci,drive=program",
            "-chardev", $"socket,id=agent,path={_folder}/agent,server=on,wait=off", "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent,name=virtward.test",
            "-serial", $"file:{_folder}/console",
            "-monitor", $"unix:{_folder}/monitor,server=on,wait=off",
            .. Cables.SelectMany(static (name, at) => new[]
            {
                "-netdev", $"tap,id={name},ifname=tap-{name},script=no,downscript=no", "-device", $"virtio-net-pci,netdev={name},mac=52:54:00:aa:00:0{at + 1},romfile=",
            }),
            "-S",
            .. state,
        ];
        _process = _within.Start("qemu-system-x86_64", arguments);
        _ = _process.StandardOutput.ReadToEndAsync();
        _monitor = Connect(Path.Combine(_folder, "monitor"));
        _agent = Connect(Path.Combine(_folder, "agent"));
        _answers = new StreamReader(new NetworkStream(_agent), Encoding.ASCII);
        Prompt();
        for (int at = 0; at < zones.Count; at++)
        {
            _within.Move($"tap-{Cables[at]}", zones[at]);
        }
    }

    /// <summary>The machine without its disks and cables; a memory that was saved fits into the same hardware only.</summary>
    public static IReadOnlyList<string> Hardware { get; } =
    [
        "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max,-la57", "-smp", "2", "-m", "1024",
        "-nodefaults", "-no-user-config", "-display", "none", "-device", "virtio-rng-pci",
    ];

    /// <summary>A host that has booted, woken up from its saved memory.</summary>
    /// <param name="image">What it is made from.</param>
    /// <param name="disk">A new disk.</param>
    /// <param name="program">A file that is copied in, as /usr/local/bin/virtward.</param>
    /// <param name="zones">The namespaces at the ends of its cables: the Internet, management, VPN.</param>
    /// <param name="say">Told what takes long.</param>
    public static VirtualHost Start(HostImage image, HostDisk disk, string program, IReadOnlyList<NetworkNamespace> zones, Action<string> say)
    {
        Warm(image, say);
        var watch = Stopwatch.StartNew();
        var host = new VirtualHost(image, disk.Path, program, zones, "-incoming", $"exec:cat {image.Of("ram")}");
        host.Resume();
        host.Must($"date -u -s @{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}");
        long size = new FileInfo(program).Length;
        host.Must($"cd /usr/local/bin && dd if=/dev/vdb of=virtward iflag=direct bs=1M count={(size >> 20) + 1} status=none && truncate -s {size} virtward && chmod 755 virtward");
        say($"the host woke up, and has the program, after {watch.Elapsed.TotalSeconds:0} s");
        return host;
    }

    /// <summary>A host that boots from a disk that was in use, as after a loss of power.</summary>
    public static VirtualHost Boot(HostImage image, HostDisk disk, IReadOnlyList<NetworkNamespace> zones, Action<string> say)
    {
        var watch = Stopwatch.StartNew();
        var host = new VirtualHost(image, disk.Path, "", zones);
        host.Tell("cont");
        Ran state = host.Ready();
        say($"the host booted again after {watch.Elapsed.TotalSeconds:0} s ({state.Output.Trim()})");
        return host;
    }

    /// <summary>Starts to boot such a host, and takes its power away again after a while.</summary>
    public static void Flicker(HostImage image, HostDisk disk, IReadOnlyList<NetworkNamespace> zones, TimeSpan after, CancellationToken stop)
    {
        using var host = new VirtualHost(image, disk.Path, "", zones);
        host.Tell("cont");
        stop.WaitHandle.WaitOne(after);
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>What a loss of power would leave on the disk at this very moment; the host itself goes on.</summary>
    /// <remarks>
    /// The machine's process stands still while its disk's file is copied (SIGSTOP, signal(7)), and nobody tells it to write anything before: the copy holds what would be there
    /// had it been killed.
    /// </remarks>
    public HostDisk Lost(HostDisk disk)
    {
        Signal("STOP");
        try
        {
            // A signal stops one thread after the other; a write that the kernel has begun is finished first.
            return Wait.For(StandsStill) ? disk.Copy() : throw new TimeoutException("the machine's process does not stand still");
        }
        finally
        {
            Signal("CONT");
        }
    }

    /// <summary>Runs a script as root there, by bash.</summary>
    public Ran Run(string script)
    {
        int id = ++_commands;
        _agent.Send(Encoding.ASCII.GetBytes($"{id} {Convert.ToBase64String(Encoding.UTF8.GetBytes(script))}\n"));
        return Answer(id, CommandLimit);
    }

    /// <summary>Runs a script there that must succeed, and hands its output back.</summary>
    public string Must(string script)
    {
        Ran ran = Run(script);
        return ran.Code == 0 ? ran.Output : throw new InvalidOperationException($"in the host: {script}: {ran.Code}: {ran.Error}{ran.Output}");
    }

    /// <summary>Takes its power away; it may have been before.</summary>
    public void Dispose()
    {
        if (_gone)
        {
            return;
        }

        _gone = true;
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _answers.Dispose();
        _agent.Dispose();
        _monitor.Dispose();
        _within.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Boots it for the first time, and saves its memory; does nothing where that was done.</summary>
    public static void Warm(HostImage image, Action<string> say)
    {
        using FileStream alone = image.Alone();
        if (File.Exists(image.Of("ram")))
        {
            return;
        }

        var watch = Stopwatch.StartNew();
        say("booting the host for the first time");
        string disk = image.Of("warm.qcow2");
        File.Delete(disk);
        HostDisk.Overlay(image.Of("disk.raw"), "raw", disk);
        using var host = new VirtualHost(image, disk, "", []);
        host.Tell("cont");
        Ran state = host.Ready();
        if (state.Output.Trim() is not ("running" or "degraded"))
        {
            throw new InvalidOperationException($"the host came up as '{state.Output.Trim()}' {state.Error}");
        }

        say($"booted in {watch.Elapsed.TotalSeconds:0} s ({state.Output.Trim()})");
        host.Must("sync");
        host.Tell("stop");
        host.Tell("migrate_set_parameter max-bandwidth 100G");
        var saving = Stopwatch.StartNew();
        host.Tell($"migrate \"exec:cat > {image.Of("ram.part")}\"");
        for (string told = host.Tell("info migrate"); !told.Contains("status: completed", StringComparison.Ordinal); told = host.Tell("info migrate"))
        {
            if (told.Contains("failed", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"the host's memory could not be saved: {told}");
            }

            host.Within(saving, CommandLimit, "its memory was not saved");
            Thread.Sleep(100);
        }

        File.Move(image.Of("ram.part"), image.Of("ram"));
        say($"its memory is saved after {watch.Elapsed.TotalSeconds:0} s");
    }

    private void Signal(string name)
    {
        Ran told = Tool.Run("kill", ["-s", name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        if (told.Code != 0)
        {
            throw new InvalidOperationException(told.Error);
        }
    }

    // proc_pid_stat(5): the state follows the name in parentheses. A thread that ends meanwhile did not stand still.
    private bool StandsStill()
    {
        try
        {
            return Directory.GetDirectories($"/proc/{_process.Id}/task").Select(static task => File.ReadAllText(Path.Combine(task, "stat"))).All(static stat => stat[stat.LastIndexOf(')') + 2] == 'T');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Resume()
    {
        // What was stopped when it was saved stays so when it is read; and a "cont" before it was read whole is forgotten.
        var watch = Stopwatch.StartNew();
        for (string status = Tell("info status"); !status.Contains("VM status: running", StringComparison.Ordinal); status = Tell("info status"))
        {
            Within(watch, CommandLimit, "its memory was not read");
            if (status.Contains("VM status: paused", StringComparison.Ordinal) && !status.Contains("inmigrate", StringComparison.Ordinal))
            {
                string told = Tell("cont");
                if (told.Contains("rror", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException(told);
                }
            }

            Thread.Sleep(100);
        }
    }

    // "running", or "degraded" where a unit failed, which is part of what was found.
    private Ran Ready()
    {
        int id = ++_commands;
        _agent.Send(Encoding.ASCII.GetBytes($"{id} {Convert.ToBase64String("systemctl is-system-running --wait"u8)}\n"));
        return Answer(id, BootLimit);
    }

    private Ran Answer(int id, TimeSpan limit)
    {
        string? line = _answers.ReadLineAsync().WaitAsync(limit).GetAwaiter().GetResult();
        string[] parts = line?.Split(' ') ?? throw new InvalidOperationException($"the host is gone: {_process.StandardError.ReadToEnd()}\n{Console()}");
        if (parts.Length != 4 || parts[0] != id.ToString(CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException($"no answer to {id}: {line}");
        }

        return new Ran(int.Parse(parts[1], CultureInfo.InvariantCulture), Text(parts[2]), Text(parts[3]));
    }

    private static string Text(string base64) => Encoding.UTF8.GetString(Convert.FromBase64String(base64));

    private string Tell(string command)
    {
        _monitor.Send(Encoding.ASCII.GetBytes(command + "\n"));
        return Prompt();
    }

    // What the monitor says up to its next prompt. It echoes what it is told, with a prompt's worth of control characters.
    private string Prompt()
    {
        var said = new StringBuilder();
        byte[] buffer = new byte[4096];
        while (!said.ToString().EndsWith("(qemu) ", StringComparison.Ordinal))
        {
            int read = _monitor.Receive(buffer);
            if (read == 0)
            {
                throw new InvalidOperationException($"qemu ended: {_process.StandardError.ReadToEnd()}");
            }

            said.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        return said.ToString();
    }

    private string Console()
    {
        string path = Path.Combine(_folder, "console");
        string text = File.Exists(path) ? File.ReadAllText(path) : "";
        return text.Length > 4000 ? text[^4000..] : text;
    }

    private void Within(Stopwatch watch, TimeSpan limit, string what)
    {
        if (watch.Elapsed > limit)
        {
            throw new TimeoutException($"{what} within {limit.TotalSeconds} s\n{Console()}");
        }
    }

    private Socket Connect(string path)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                if (_process.HasExited)
                {
                    throw new InvalidOperationException($"qemu ended: {_process.StandardError.ReadToEnd()}");
                }

                Within(watch, TimeSpan.FromMinutes(2), $"no {path}");
                Thread.Sleep(50);
            }
        }
    }
}
