using System.Diagnostics;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Demo;

/// <summary>The demo from outside: what a person who types <c>./virtward demo</c> gets, and what is left afterwards.</summary>
public sealed class DemoTests : IDisposable
{
    /// <summary>A user without rights: nobody.</summary>
    private const string Nobody = "65534";

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("virtward-demo-test-");

    [Fact]
    public async Task Every_proof_holds_and_nothing_is_left_behind()
    {
        RequireRoot();
        string mounts = Mounts();
        var watch = Stopwatch.StartNew();
        using RunningDemo demo = RunningDemo.Start(_temporary.FullName);
        string inside = await demo.NamespaceAsync();
        await demo.EndAsync();
        TestContext.Current.SendDiagnosticMessage($"the demo took {watch.Elapsed.TotalSeconds:0.0} s");

        AssertEveryProofHeld(demo);
        Assert.Empty(RunningDemo.ProcessesIn(inside));
        Assert.Empty(_temporary.EnumerateFileSystemInfos());
        Assert.Equal(mounts, Mounts());
    }

    [Fact]
    public async Task Without_root_every_proof_holds_too()
    {
        RequireRoot();
        string[] nobody = ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--"];
        if (await RunAsync([.. nobody, "test", "-x", RunningDemo.Program]) != 0)
        {
            Assert.Skip("another user may not run the program where it lies");
        }

        Assert.Equal(0, await RunAsync("chmod", "777", _temporary.FullName));
        using RunningDemo demo = RunningDemo.Start(_temporary.FullName, nobody);
        await demo.EndAsync();
        if (demo.Error.Contains("does not let you make a user namespace", StringComparison.Ordinal))
        {
            Assert.Skip(demo.Error.Trim());
        }

        AssertEveryProofHeld(demo);
        Assert.Empty(_temporary.EnumerateFileSystemInfos());
    }

    [Theory]
    [InlineData("TERM", 130)]
    [InlineData("INT", 130)]
    [InlineData("KILL", 137)]
    public async Task Stopped_in_the_middle_it_takes_everything_with_it(string signal, int exitCode)
    {
        RequireRoot();
        string mounts = Mounts();
        using RunningDemo demo = RunningDemo.Start(_temporary.FullName);
        string inside = await demo.NamespaceAsync();
        await demo.PrintsAsync("  ban ");
        Assert.Contains(RunningDemo.ProcessesIn(inside), command => command.Contains("sshd", StringComparison.Ordinal));

        demo.Signal(signal);
        await demo.EndAsync();

        Assert.Equal(exitCode, demo.ExitCode);
        await Eventually.HoldsAsync(() => RunningDemo.ProcessesIn(inside).Count == 0, "all its processes are gone");
        Assert.Equal(mounts, Mounts());
    }

    public void Dispose() => _temporary.Delete(recursive: true);

    private static void AssertEveryProofHeld(RunningDemo demo)
    {
        string output = demo.Output;
        Assert.True(demo.ExitCode == 0, $"exit code {demo.ExitCode}\n{output}\n{demo.Error}");
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        string[] proofs =
        [
            "100 of 100 single attackers are banned",
            "203.0.113.0/24 is banned as one",
            "198.18.36.0/24 is banned as one",
            "2001:db8:bad:1000::/56 is banned as one",
            "the guard has noticed the siege",
            "and none got a connection",
            "neighbour 198.18.35.7 logs in by ssh",
            "neighbour 2001:db8:bad:1100::7 logs in by ssh",
            "the administrator logs in by ssh from the management network",
            "attackers are still out",
        ];
        Assert.All(proofs, proof => Assert.Contains(output.Split('\n'), line => line.Contains("✓ held", StringComparison.Ordinal)
            && line.Contains(proof, StringComparison.Ordinal)));
        Assert.Matches(@"log line to drop +median [0-9.]+ ms, p99 [0-9.]+ ms \(100 attackers\)", output);
    }

    private static async Task<int> RunAsync(params string[] command)
    {
        using Process process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    // Other tests name network namespaces meanwhile (ip-netns(8) mounts them); the demo names none.
    private static string Mounts() =>
        string.Join('\n', File.ReadLines("/proc/self/mounts").Where(static line => !line.Contains(" /run/netns", StringComparison.Ordinal)));

    private static void RequireRoot() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
}
