using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Virtward.Linux.Nftables;

namespace Virtward.Bench.Kernel;

/// <summary><c>virtward guard run</c> on one log, ended by SIGTERM.</summary>
internal sealed partial class RunningGuard : IDisposable
{
    private const int Terminate = 15;

    // No siege: it would ban at the first failure, and what is measured would be another thing.
    private const string UsualPolicy = """
        version: 1
        guard:
          jails:
            sshd: { filter: sshd, findtime: 10m, maxretry: 3, bantime: 4h }
          siege: { min-sources: 1000000, account-sources: 1000000 }

        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _program;
    private readonly string _state;
    private readonly Process _process;
    private readonly TaskCompletionSource<TimeSpan> _onGuard = new();

    /// <summary>Starts it, and waits until its table is in the kernel.</summary>
    /// <param name="options">Names the program.</param>
    /// <param name="directory">Where policy, log and state lie; the policy and the log are made here.</param>
    /// <param name="firewall">The kernel's nftables.</param>
    /// <param name="policyText">The policy, where it is not the usual one.</param>
    public RunningGuard(BenchOptions options, string directory, NftablesFirewall firewall, string policyText = UsualPolicy)
    {
        _program = options.Virtward;
        _state = Path.Combine(directory, "state");
        Log = Path.Combine(directory, "auth.log");
        string policy = Path.Combine(directory, "policy.yaml");
        File.WriteAllText(policy, policyText);
        File.WriteAllBytes(Log, []);
        var start = new ProcessStartInfo(_program, ["guard", "run", "--policy", policy, "--log", Log, "--state", _state])
        {
            RedirectStandardOutput = true,
        };
        long began = Stopwatch.GetTimestamp();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("on guard", StringComparison.Ordinal) == true)
            {
                _onGuard.TrySetResult(Stopwatch.GetElapsedTime(began));
            }
        };
        _process.BeginOutputReadLine();
        while (!firewall.Tables().Value.Contains("inet virtward"))
        {
            if (_process.HasExited || Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new InvalidOperationException("the guard did not start");
            }

            Thread.Sleep(1);
        }

        Ready = Stopwatch.GetElapsedTime(began);
    }

    /// <summary>The log that it follows.</summary>
    public string Log { get; }

    /// <summary>How long it took until its table was there.</summary>
    public TimeSpan Ready { get; }

    /// <summary>How long it took until it said that it is on guard: all of its store's bans are in the kernel then. Waits for that.</summary>
    public TimeSpan OnGuard => _onGuard.Task.WaitAsync(Patience).GetAwaiter().GetResult();

    /// <summary>The processor's seconds that it has used so far.</summary>
    public TimeSpan Used
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Waits until it has used next to no CPU for a while: it has read what there is.</summary>
    public void WaitUntilIdle()
    {
        TimeSpan last;
        do
        {
            last = _process.TotalProcessorTime;
            Thread.Sleep(3000);
            _process.Refresh();
        }
        while (_process.TotalProcessorTime - last > TimeSpan.FromMilliseconds(60));
    }

    /// <summary>What <c>virtward status --json</c> says of it.</summary>
    public JsonDocument Status()
    {
        using Process process = Process.Start(new ProcessStartInfo(_program, ["status", "--json", "--state", _state]) { RedirectStandardOutput = true })!;
        string json = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return JsonDocument.Parse(json);
    }

    /// <summary>A line of <c>/proc/PID/status</c> in MB: VmRSS, VmHWM.</summary>
    public double Memory(string line) => MemoryOf(_process.Id, line);

    /// <summary>A line of a process's <c>/proc/PID/status</c> in MB.</summary>
    public static double MemoryOf(int process, string line)
    {
        string found = File.ReadLines($"/proc/{process}/status").First(text => text.StartsWith(line + ":", StringComparison.Ordinal));
        return long.Parse(found.Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024.0;
    }

    public void Dispose()
    {
        _ = SendSignal(_process.Id, Terminate);
        if (!_process.WaitForExit(Patience))
        {
            Console.Error.WriteLine("bench: the guard did not stop on SIGTERM");
            _process.Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);
}
