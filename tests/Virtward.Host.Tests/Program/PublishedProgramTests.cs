using System.Diagnostics;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>The one file that users get: published as ./publish does it, copied alone to an empty folder, with no .NET in sight.</summary>
public sealed class PublishedProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("virtward-published-");

    [Fact]
    public async Task It_runs_alone_and_keeps_its_store()
    {
        string program = Publish();
        using var host = new NetworkNamespace();
        string log = Path.Combine(_folder.FullName, "auth.log");
        string state = Path.Combine(_folder.FullName, "state");
        File.WriteAllText(log, "");
        Assert.Matches(@"^\d+\.\d+\.\d+", Alone(host, program, "--version"));

        using (Process guard = host.Start("env", ["-i", program, "guard", "run", "--log", log, "--state", state, "--json"]))
        {
            Assert.Contains("ready", await guard.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            for (int pid = 1; pid <= 3; pid++)
            {
                File.AppendAllText(log, RunningGuard.FailedPassword("198.51.100.7", pid));
            }

            Assert.Contains("198.51.100.7", await guard.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            Assert.Contains("198.51.100.7", host.Exec("nft", ["list", "table", "inet", "virtward"]), StringComparison.Ordinal);
            Assert.Contains("\"inForce\":1", Alone(host, program, "status", "--json", "--state", state), StringComparison.Ordinal);
            Assert.Empty(CodeMadeAtRunTime(guard.Id));
            guard.Kill();
            await guard.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Contains("198.51.100.7", Alone(host, program, "bans", "--state", state), StringComparison.Ordinal);
        Assert.Contains("1 ban,", Alone(host, "sh", "-c", $"'{program}' guard replay '{log}' 2>&1 >/dev/null"), StringComparison.Ordinal);
        Assert.Contains("version: 1", Alone(host, program, "guard", "import", "fail2ban"), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The environment is empty: no DOTNET_ROOT, no HOME to unpack anything into.
    private static string Alone(NetworkNamespace host, params string[] command) => host.Exec("env", ["-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", .. command]);

    // What the unit's MemoryDenyWriteExecute forbids: memory that is executable and writable, or of no file. (The memfd counts as a file.)
    private static IEnumerable<string> CodeMadeAtRunTime(int process) => File.ReadLines($"/proc/{process}/maps").Where(mapping =>
    {
        string[] fields = mapping.Split(' ', 6, StringSplitOptions.TrimEntries);
        return fields[1].Contains('x', StringComparison.Ordinal)
            && (fields[1].Contains('w', StringComparison.Ordinal) || fields[5] is not (['/', ..] or "[vdso]" or "[vsyscall]"));
    });

    private string Publish()
    {
        string file = PublishedProgram.To(Path.Combine(_folder.FullName, "published"));
        string alone = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.FullName, "host")).FullName, "virtward");
        File.Copy(file, alone);
        File.SetUnixFileMode(alone, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return alone;
    }
}
