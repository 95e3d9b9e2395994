using System.Diagnostics;
using Virtward.Core.Host;
using Virtward.Core.Snapshots;
using Virtward.Linux.Commands;
using Virtward.Linux.Snapshots;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>What an audit reads of files and programs, from a real tree: links that lead outside, sizes, modes, programs that hang or are missing.</summary>
public sealed class SourceGatheringTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("virtward-root-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Files_are_copied_with_their_modes_and_secrets_are_taken_out()
    {
        Write("etc/ssh/sshd_config", "Port 22\n");
        Write("etc/ssh/sshd_config.d/10-a.conf", "PermitRootLogin no\n");
        Write("etc/ssh/sshd_config.d/notes.txt", "no");
        Write("etc/libvirt/qemu.conf", "vnc_password = \"XYZ12345\"\n");
        File.SetUnixFileMode(In("etc/ssh/sshd_config"), (UnixFileMode)0b110_000_000);
        Snapshot snapshot = await Gather(new SnapshotSources
        {
            Files =
            [
                new FileSource("/etc/ssh/sshd_config", Cleaning.Nothing), new FileSource("/etc/ssh/sshd_config.d/*.conf", Cleaning.Nothing),
                new FileSource("/etc/libvirt/*.conf", Cleaning.Secrets), new FileSource("/etc/none.conf", Cleaning.Nothing), new FileSource("/no*where/x", Cleaning.Nothing),
            ],
            States = ["/etc", "/etc/ssh/*"],
        });
        Assert.Equal("Port 22\n", snapshot.Config("/etc/ssh/sshd_config"));
        Assert.Equal("PermitRootLogin no\n", snapshot.Config("/etc/ssh/sshd_config.d/10-a.conf"));
        Assert.Equal("vnc_password = (removed)\n", snapshot.Config("/etc/libvirt/qemu.conf"));
        Assert.Null(snapshot.Config("/etc/ssh/sshd_config.d/notes.txt"));
        Dictionary<string, FileState> states = FileStatesText.Read(snapshot.Text(SnapshotNames.FileStates)!).Value.ToDictionary(static state => state.Path);
        Assert.Equal(("file", "0600", 8L), (states["/etc/ssh/sshd_config"].Kind, states["/etc/ssh/sshd_config"].ModeText, states["/etc/ssh/sshd_config"].Size));
        Assert.Equal("directory", states["/etc"].Kind);
        Assert.True(states.ContainsKey("/etc/ssh/sshd_config.d"));
        Assert.DoesNotContain(snapshot.Missing.Keys, static name => name.StartsWith(SnapshotNames.Root, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_qemu_that_runs_is_told_without_its_command_line()
    {
        // Any program by that name will do, and one whose file is gone while it runs.
        string program = In("qemu-system-x86_64");
        File.Copy("/usr/bin/sleep", program);
        using var qemu = Process.Start(new ProcessStartInfo(program, ["60"]) { Environment = { ["SECRET"] = "geheim" } })!;
        try
        {
            File.Delete(program);
            var request = new SnapshotRequest { Agents = false, Sources = new SnapshotSources { Files = [new FileSource("/etc/os-release", Cleaning.Nothing)] } };
            Snapshot snapshot = await new HostSnapshots(new ProcessCommands(), TimeProvider.System).GatherAsync(request, null, TestContext.Current.CancellationToken);
            QemuProcess seen = QemuProcessesText.Read(snapshot.Text(SnapshotNames.QemuProcesses)!).Value.Single(one => one.Pid == qemu.Id);
            Assert.Equal(program, seen.Program);
            Assert.True(seen.Replaced);
            Assert.NotNull(seen.Uid);
            Assert.NotNull(seen.Seccomp);
            Assert.NotNull(seen.Capabilities);
            Assert.DoesNotContain("geheim", snapshot.Text(SnapshotNames.QemuProcesses), StringComparison.Ordinal);
        }
        finally
        {
            qemu.Kill();
            await qemu.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Links_stay_inside_the_root()
    {
        // Each of these would bring this machine's own file into an answer about another.
        Directory.CreateDirectory(In("etc/ssh"));
        File.CreateSymbolicLink(In("etc/passwd"), "/etc/passwd");
        File.CreateSymbolicLink(In("etc/group"), "../../../../../../../../etc/group");
        Directory.CreateSymbolicLink(In("etc/pam.d"), "/etc/pam.d");
        Write("usr/lib/os-release", "ID=mine\n");
        File.CreateSymbolicLink(In("etc/os-release"), "/usr/lib/os-release");
        Snapshot snapshot = await Gather(new SnapshotSources
        {
            Files =
            [
                new FileSource("/etc/passwd", Cleaning.Nothing), new FileSource("/etc/group", Cleaning.Nothing), new FileSource("/etc/pam.d/*", Cleaning.Nothing),
                new FileSource("/etc/os-release", Cleaning.Nothing),
            ],
        });
        Assert.Null(snapshot.Config("/etc/passwd"));
        Assert.Null(snapshot.Config("/etc/group"));
        Assert.Empty(snapshot.StartingWith(SnapshotNames.OfPath("/etc/pam.d")));
        Assert.Equal("ID=mine\n", snapshot.Config("/etc/os-release"));
        FileState link = FileStatesText.Read(snapshot.Text(SnapshotNames.FileStates)!).Value.Single(static state => state.Path == "/etc/os-release");
        Assert.Equal(("link", "/usr/lib/os-release"), (link.Kind, link.Target));
    }

    [Fact]
    public async Task Large_files_pipes_and_devices_are_left_out_at_once()
    {
        Directory.CreateDirectory(In("var"));
        using (FileStream large = File.Create(In("var/large.conf")))
        {
            large.SetLength(1L << 30);
        }

        Process.Start("mkfifo", In("var/pipe.conf")).WaitForExit();
        var watch = Stopwatch.StartNew();
        Snapshot snapshot = await Gather(new SnapshotSources { Files = [new FileSource("/var/*.conf", Cleaning.Nothing)] });
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(snapshot.Files.Keys, static name => name.EndsWith(".conf", StringComparison.Ordinal));
        Assert.Contains("larger than", snapshot.Missing[SnapshotNames.OfPath("/var/large.conf")], StringComparison.Ordinal);
        Assert.Contains("no regular file", snapshot.Missing[SnapshotNames.OfPath("/var/pipe.conf")], StringComparison.Ordinal);
    }

    // Each was opened past the reader of configuration files once: the first and the last hung for ever, and could not be ended; the second filled the memory.
    [Theory]
    [InlineData("etc/passwd")]
    [InlineData("etc/iproute2/rt_tables")]
    [InlineData("etc/iproute2/rt_tables.d/x.conf")]
    [InlineData("etc/os-release")]
    [InlineData("etc/libvirt/qemu/web1.xml")]
    [InlineData("etc/libvirt/qemu/networks/default.xml")]
    [InlineData("var/lib/libvirt/dnsmasq/virbr0.status")]
    public async Task A_pipe_or_a_device_in_the_place_of_a_file_hangs_nothing(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        foreach ((string program, string[] arguments) in new (string, string[])[] { ("mkfifo", [In(path)]), ("mknod", [In(path), "c", "1", "5"]) })
        {
            File.Delete(In(path));
            await Process.Start(program, arguments).WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(File.Exists(In(path)));
            Task<Snapshot> gathering = Gather(new SnapshotSources());
            Assert.Same(gathering, await Task.WhenAny(gathering, Task.Delay(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken)));
            Snapshot snapshot = await gathering;
            Assert.DoesNotContain(snapshot.Files.Keys, static name => name.StartsWith(SnapshotNames.Libvirt, StringComparison.Ordinal));
            Assert.Equal(path.Contains("libvirt", StringComparison.Ordinal), snapshot.Missing.GetValueOrDefault(SnapshotNames.Libvirt)?.Contains("no regular file", StringComparison.Ordinal) == true);
        }
    }

    [Fact]
    public async Task A_guests_link_leads_to_no_file_outside_the_root()
    {
        Directory.CreateDirectory(In("etc/libvirt/qemu"));
        string outside = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(outside, "<domain><name>outside</name></domain>", TestContext.Current.CancellationToken);
        try
        {
            File.CreateSymbolicLink(In("etc/libvirt/qemu/web1.xml"), outside);
            Assert.DoesNotContain((await Gather(new SnapshotSources())).Files.Keys, static name => name.StartsWith(SnapshotNames.Libvirt, StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(outside);
        }
    }

    [Fact]
    public async Task What_is_special_is_found_in_a_walk_and_nothing_else()
    {
        Write("usr/bin/plain", "");
        Write("usr/bin/setuid", "");
        Write("usr/share/open", "");
        File.SetUnixFileMode(In("usr/bin/setuid"), UnixFileMode.SetUser | UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetUnixFileMode(In("usr/share/open"), (UnixFileMode)0b110_110_110);
        Directory.CreateDirectory(In("usr/tmp"));
        File.SetUnixFileMode(In("usr/tmp"), (UnixFileMode)0b1_111_111_111);
        Snapshot snapshot = await Gather(new SnapshotSources { Walks = ["/usr"] });
        Assert.Equal(["/usr/bin/setuid", "/usr/share/open"], FileStatesText.Read(snapshot.Text(SnapshotNames.FileStates)!).Value.Select(static state => state.Path));
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_and_one_that_is_missing_is_said()
    {
        var watch = Stopwatch.StartNew();
        Snapshot snapshot = await Gather("/", new SnapshotSources
        {
            Commands =
            [
                new CommandSource("audit/hang.txt", Command.Of("/bin/sleep", "100") with { TimeLimit = TimeSpan.FromSeconds(1) }),
                new CommandSource("audit/none.txt", Command.Of("virtward-no-such-program")),
                new CommandSource("audit/fails.txt", Command.Of("/bin/false")),
                new CommandSource("audit/judged.txt", Command.Of("/bin/false")) { GoodCodes = [] },
                new CommandSource("audit/said.txt", Command.Of("/bin/echo", "token = abc")) { Clean = Cleaning.Secrets },
            ],
            FollowUps = [static known => known.Text("audit/said.txt") is { } said ? [new CommandSource("audit/next.txt", Command.Of("/bin/echo", said.Trim()))] : []],
        });
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
        Assert.Contains("did not end within 1 s", snapshot.Missing["audit/hang.txt"], StringComparison.Ordinal);
        Assert.True(snapshot.IsNotInstalled("audit/none.txt"));
        Assert.Contains("ended with 1", snapshot.Missing["audit/fails.txt"], StringComparison.Ordinal);
        Assert.Equal("", snapshot.Text("audit/judged.txt"));
        Assert.Equal("token = (removed)\n", snapshot.Text("audit/next.txt"));
    }

    [Fact]
    public async Task Another_root_is_not_asked_what_only_a_running_system_knows()
    {
        Snapshot snapshot = await Gather(new SnapshotSources
        {
            Commands =
            [
                new CommandSource("audit/running.txt", Command.Of("/bin/echo", "x")),
                new CommandSource("audit/rooted.txt", Command.Of("/bin/echo", "x")) { InRoot = static root => Command.Of("/bin/echo", root) },
            ],
        });
        Assert.Contains("another root", snapshot.Missing["audit/running.txt"], StringComparison.Ordinal);
        Assert.Equal(_root.FullName + "\n", snapshot.Text("audit/rooted.txt"));
    }

    [Fact]
    public async Task A_snapshot_with_copies_is_written_and_read_again_as_directory_and_archive()
    {
        Write("etc/ssh/sshd_config", "Port 22\n");
        Write("root/.ssh/authorized_keys", "ssh-ed25519 AAAA me@there\n");
        Snapshot snapshot = await Gather(new SnapshotSources
        {
            Files = [new FileSource("/etc/ssh/sshd_config", Cleaning.Nothing), new FileSource("/root/.ssh/authorized_keys", Cleaning.Nothing)],
        });
        var snapshots = new HostSnapshots(new ProcessCommands(), TimeProvider.System);
        foreach (string target in new[] { In("out"), In("out.tar.gz") })
        {
            Assert.Null(snapshots.Write(snapshot, target).Problem);
            Snapshot read = snapshots.Read(target).Value;
            Assert.Equal(snapshot.Files, read.Files);
            Assert.Equal("ssh-ed25519 AAAA me@there\n", read.Config("/root/.ssh/authorized_keys"));
        }

        // A second one takes the first one's place, copies and all.
        Assert.Null(snapshots.Write(snapshot with { Files = snapshot.Files.Remove(SnapshotNames.OfPath("/root/.ssh/authorized_keys")) }, In("out")).Problem);
        Assert.Null(snapshots.Read(In("out")).Value.Config("/root/.ssh/authorized_keys"));
    }

    private string In(string path) => Path.Combine(_root.FullName, path);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(path))!);
        File.WriteAllText(In(path), text);
    }

    private Task<Snapshot> Gather(SnapshotSources sources) => Gather(_root.FullName, sources);

    private static Task<Snapshot> Gather(string root, SnapshotSources sources) =>
        new HostSnapshots(new ProcessCommands(), TimeProvider.System, root).GatherAsync(new SnapshotRequest { Sources = sources, Agents = false }, null, CancellationToken.None);
}
