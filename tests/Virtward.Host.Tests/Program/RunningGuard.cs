using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Program;

/// <summary><c>virtward guard run --json</c> as a child in a network namespace, with its events.</summary>
public sealed partial class RunningGuard : IDisposable
{
    private const int Term = 15;

    private readonly Process _process;
    private readonly List<JsonElement> _events = [];
    private readonly Lock _lock = new();
    private string _error = "";

    private RunningGuard(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.ErrorDataReceived += (_, line) => _error += line.Data is null ? "" : line.Data + "\n";
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Error => _error;

    public IReadOnlyList<JsonElement> Events
    {
        get
        {
            lock (_lock)
            {
                return [.. _events];
            }
        }
    }

    public static RunningGuard Start(NetworkNamespace inside, params string[] arguments) =>
        new(inside.Start(BuiltProgram.Path, ["guard", "run", "--json", .. arguments]));

    /// <summary>The same, with files open that it knows nothing of, as many as said.</summary>
    public static RunningGuard StartWithFiles(NetworkNamespace inside, int files, params string[] arguments) =>
        new(inside.Start("bash", ["-c", $"ulimit -n $(ulimit -Hn); for ((i = 0; i < {files}; i++)); do exec {{file}}</dev/null; done; exec \"$@\"", "bash", BuiltProgram.Path, "guard", "run", "--json", .. arguments]));

    /// <summary>The events of one type, such as <c>ban</c>.</summary>
    public IEnumerable<JsonElement> Of(string type) => Events.Where(e => e.GetProperty("type").GetString() == type);

    /// <summary>Waits until it follows its logs.</summary>
    public Task ReadyAsync() => Eventually.HoldsAsync(() => Of("ready").Any() || HasExited, "the guard is ready", 60);

    /// <summary>Waits for a ban of this target.</summary>
    public Task BansAsync(string target) => Eventually.HoldsAsync(
        () => Of("ban").Any(ban => ban.GetProperty("address").GetString() == target), $"a ban of {target}\n{Error}", 60);

    /// <summary>Ends it with SIGTERM and yields its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _ = Kill(_process.Id, Term);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends it as power loss of the process would: SIGKILL.</summary>
    public void KillHard()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            KillHard();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (string.IsNullOrEmpty(line))
        {
            return;
        }

        using JsonDocument document = JsonDocument.Parse(line);
        lock (_lock)
        {
            _events.Add(document.RootElement.Clone());
        }
    }

    /// <summary>A line as sshd's log has it, of now.</summary>
    public static string FailedPassword(string address, int pid) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTime.Now:MMM} {DateTime.Now.Day,2} {DateTime.Now:HH:mm:ss} kvm1 sshd[{pid}]: Failed password for root from {address} port {1024 + (pid % 60000)} ssh2\n");

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
