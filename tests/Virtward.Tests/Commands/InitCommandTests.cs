using System.Text;
using System.Text.Json;
using Virtward.Commands;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Linux.Commands;
using Virtward.Linux.Snapshots;
using Xunit;

namespace Virtward.Tests.Commands;

public sealed class InitCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("virtward-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Policy => Path.Combine(_directory, "policy.yaml");

    [Fact]
    public async Task A_snapshots_policy_is_printed_and_written_where_a_file_is_named()
    {
        string snapshot = Snapshot();
        (int code, string printed, string error) = await RunAsync("", "init", "--snapshot", snapshot, "--profile", "edge", "--ssh-port", "2222");
        Assert.True(code == ExitCode.Ok, error);
        HostPolicy policy = Assert.IsType<HostPolicy>(PolicyReader.Read(printed, "p").Policy);
        Assert.Equal(("edge", (ushort)2222), (policy.Audit.Profile, Assert.Single(policy.Ssh.Ports)));
        Assert.Equal(["management"], policy.Zones.Select(static zone => zone.Name));
        Assert.Contains("note: ", error, StringComparison.Ordinal);

        (code, string output, error) = await RunAsync("", "init", "--snapshot", snapshot, "--profile", "edge", "--ssh-port", "2222", "--policy", Policy);
        Assert.True(code == ExitCode.Ok, error);
        Assert.Equal($"{Policy}: written; look it over, then: virtward plan\n", output);
        Assert.Equal(printed, await File.ReadAllTextAsync(Policy, TestContext.Current.CancellationToken));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Policy));
    }

    [Fact]
    public async Task A_policy_that_is_there_is_kept_unless_force_is_given()
    {
        string snapshot = Snapshot();
        await File.WriteAllTextAsync(Policy, "mine\n", TestContext.Current.CancellationToken);
        (int code, _, string error) = await RunAsync("", "init", "--snapshot", snapshot, "--policy", Policy);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal($"virtward: there is a policy already: {Policy} (--force replaces it, --print shows what would be written)\n", error);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Policy, TestContext.Current.CancellationToken));

        (code, _, error) = await RunAsync("", "init", "--snapshot", snapshot, "--policy", Policy, "--force");
        Assert.True(code == ExitCode.Ok, error);
        Assert.StartsWith("# What kvm1 should be", await File.ReadAllTextAsync(Policy, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--zone", "management", "'management' is no zone: write management=eth1,192.168.1.0/24")]
    [InlineData("--zone", "management=eth1,192.168.1.5/24", "'192.168.1.5/24' has bits set past its length: write 192.168.1.0/24")]
    [InlineData("--zone", "Office=eth1", "policy.yaml:13:3: 'Office' cannot name a zone (names are made of a-z, 0-9 and '-', 32 letters at most)")]
    [InlineData("--zone", "office=bad:name", "expected an interface such as eth1 or vnet*, found 'bad:name'")]
    [InlineData("--profile", "open", "'open' is no profile: it is isolated, edge or lab")]
    [InlineData("--ssh-port", "70000", "--ssh-port: a port is a number from 1 to 65535")]
    [InlineData("--snapshot", "/nonexistent/x", "virtward: ")]
    public async Task What_is_wrong_is_told_and_nothing_is_written(string option, string value, string expected)
    {
        string[] rest = option == "--snapshot" ? [] : ["--snapshot", Snapshot()];
        (int code, string output, string error) = await RunAsync("", ["init", option, value, "--policy", Policy, .. rest]);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal("", output);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(File.Exists(Policy));
    }

    [Fact]
    public async Task Zones_are_named_on_the_command_line_as_often_as_one_likes()
    {
        (_, string printed, _) = await RunAsync("", "init", "--snapshot", Snapshot(), "--zone", "vpn=wg0,10.8.0.0/24,fd00::/64", "--zone", "office=eth1");
        HostPolicy policy = PolicyReader.Read(printed, "p").Policy!;
        Assert.Equal(["vpn wg0 10.8.0.0/24 fd00::/64", "office eth1 "], policy.Zones.Select(static zone => $"{zone.Name} {string.Join(' ', zone.Interfaces)} {string.Join(' ', zone.Sources)}"));
    }

    [Fact]
    public async Task On_a_terminal_the_profile_is_asked_for_until_it_is_one()
    {
        string snapshot = Snapshot();
        (int code, _, string error) = await RunAsync("lap\nlab\n", "init", "--snapshot", snapshot, "--policy", Policy);
        Assert.True(code == ExitCode.Ok, error);
        Assert.Contains("What is this host for", error, StringComparison.Ordinal);
        Assert.Contains("that is not isolated, edge or lab\n", error, StringComparison.Ordinal);
        Assert.Contains("  profile: lab", await File.ReadAllTextAsync(Policy, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        File.Delete(Policy);
        (code, _, error) = await RunAsync("lap\n", "init", "--snapshot", snapshot, "--policy", Policy);
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("nothing was written: the questions were not answered (--yes takes what is guessed)", error, StringComparison.Ordinal);
        Assert.False(File.Exists(Policy));

        (code, _, error) = await RunAsync("", "init", "--snapshot", snapshot, "--policy", Policy, "--yes");
        Assert.True(code == ExitCode.Ok, error);
        Assert.DoesNotContain("What is this host for", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_no_network_to_come_from_is_asked_for_it()
    {
        (int code, _, string error) = await RunAsync("\neth0,198.51.100.0/24\n", "init", "--snapshot", Snapshot(management: false), "--policy", Policy);
        Assert.True(code == ExitCode.Ok, error);
        Assert.Contains("No management network was found.", error, StringComparison.Ordinal);
        ZonePolicy zone = Assert.Single(PolicyReader.Read(await File.ReadAllTextAsync(Policy, TestContext.Current.CancellationToken), "p").Policy!.Zones);
        Assert.Equal("management eth0 198.51.100.0/24", $"{zone.Name} {zone.Interfaces[0]} {zone.Sources[0]}");
    }

    [Fact]
    public async Task Json_is_one_document()
    {
        (int code, string output, string error) = await RunAsync("", "init", "--snapshot", Snapshot(), "--json");
        Assert.Equal((ExitCode.Ok, ""), (code, error));
        JsonElement root = JsonDocument.Parse(output).RootElement;
        Assert.True(PolicyReader.Read(root.GetProperty("text").GetString()!, "p").IsOk);
        Assert.NotEmpty(root.GetProperty("notes").EnumerateArray());
        Assert.False(root.TryGetProperty("policy", out _));
    }

    private string Snapshot(bool management = true)
    {
        string second = management ? """,{"ifindex":3,"ifname":"eth1","flags":["UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:03"}""" : "";
        string address = management ? """,{"ifindex":3,"ifname":"eth1","addr_info":[{"family":"inet","local":"192.168.1.100","prefixlen":24,"scope":"global"}]}""" : "";
        Snapshot snapshot = new Snapshot()
            .With(SnapshotNames.Meta, SnapshotMetaText.Write(new SnapshotMeta { Host = "kvm1", Root = true }))
            .With(SnapshotNames.NftText, "").With(SnapshotNames.Rules, "[]").With(SnapshotNames.Rules6, "[]").With(SnapshotNames.Routes6, "[]").With(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 0\n")
            .With(SnapshotNames.Links, $$"""[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02"}{{second}}]""")
            .With(SnapshotNames.Addresses, $$"""[{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"}]}{{address}}]""")
            .With(SnapshotNames.Routes, """[{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"}]""")
            .With(SnapshotNames.Listeners, ListenersText.Write([]));
        string path = Path.Combine(_directory, $"snapshot-{management}");
        if (!Directory.Exists(path))
        {
            Assert.True(new HostSnapshots(new ProcessCommands(), TimeProvider.System).Write(snapshot, path).IsOk);
        }

        return path;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string answers, params string[] args)
    {
        using var bytes = new MemoryStream();
        await using var output = new StreamWriter(bytes, new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        bool person = answers.Length > 0 || args.Contains("--yes");
        var host = new CommandHost
        {
            Out = output, OutBytes = bytes, Error = error, Clock = TimeProvider.System, In = new StringReader(answers), InIsTerminal = person, ErrorIsTerminal = person,
        };
        int code = await CommandTree.RunAsync(host, args, CancellationToken.None);
        return (code, Encoding.UTF8.GetString(bytes.ToArray()), error.ToString());
    }
}
