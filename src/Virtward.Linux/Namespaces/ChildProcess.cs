using System.Diagnostics;
using System.Text;
using Virtward.Core.Results;

namespace Virtward.Linux.Namespaces;

/// <summary>A running program, in a network namespace if wanted. Its input is empty, its output is read as it comes.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>As much of each output stream as is kept, in characters; the end of it, where errors stand.</summary>
    private const int Kept = 64 * 1024;

    private const int SignalTerm = 15;

    private readonly Process _process;

    private ChildProcess(Process process, Task<ChildOutcome> exited)
    {
        _process = process;
        Exited = exited;
    }

    /// <summary>Ends, with the outcome, when the program has ended and its output is read.</summary>
    public Task<ChildOutcome> Exited { get; }

    /// <summary>Starts a program.</summary>
    public static Result<ChildProcess> Start(ChildSpec spec)
    {
        var start = new ProcessStartInfo(spec.File)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (string argument in spec.Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in spec.Environment)
        {
            start.Environment[name] = value;
        }

        Process process;
        try
        {
            // The child inherits the namespaces of the very thread that forks it.
            process = (spec.Network is null ? Process.Start(start) : spec.Network.Run(() => Process.Start(start)))!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return new Problem($"cannot start the program ({e.Message})", spec.File);
        }

        process.StandardInput.Close();
        return new ChildProcess(process, WatchAsync(process, spec.OnOutputLine));
    }

    /// <summary>Starts a program and waits for its end; after <paramref name="atMost"/> it is killed.</summary>
    public static async Task<Result<ChildOutcome>> RunAsync(ChildSpec spec, TimeSpan atMost, CancellationToken cancel)
    {
        if (!Start(spec).TryGet(out ChildProcess? child, out Problem? problem))
        {
            return problem;
        }

        await using (child)
        {
            try
            {
                return await child.Exited.WaitAsync(atMost, cancel);
            }
            catch (TimeoutException)
            {
                return new Problem($"the program did not end within {atMost.TotalSeconds:0.#} s", spec.File);
            }
        }
    }

    /// <summary>Asks it to end (SIGTERM), and kills it where it has not within the time.</summary>
    public async Task StopAsync(TimeSpan atMost)
    {
        // HasExited reaps; after that the id may already belong to somebody else.
        if (!_process.HasExited)
        {
            _ = NamespaceNative.Kill(_process.Id, SignalTerm);
        }

        try
        {
            _ = await Exited.WaitAsync(atMost);
        }
        catch (TimeoutException)
        {
            Kill();
        }
    }

    /// <summary>Kills it at once (SIGKILL).</summary>
    public void Kill() => _process.Kill();

    /// <summary>Kills it where it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();

        // Its own children may keep its output open; nobody waits for those.
        _ = await Task.WhenAny(Exited, _process.WaitForExitAsync());
        _process.Dispose();
    }

    private static async Task<ChildOutcome> WatchAsync(Process process, Action<string>? onLine)
    {
        Task<string> error = TailAsync(process.StandardError);
        Task<string> output = onLine is null ? TailAsync(process.StandardOutput) : LinesAsync(process.StandardOutput, onLine);
        await process.WaitForExitAsync(CancellationToken.None);
        return new ChildOutcome(process.ExitCode, await output, await error);
    }

    /// <summary>Reads on a thread of its own: a line is handed on at once, however busy the pool is.</summary>
    private static Task<string> LinesAsync(StreamReader reader, Action<string> onLine) =>
        Task.Factory.StartNew(
            () =>
            {
                while (reader.ReadLine() is { } line)
                {
                    onLine(line);
                }

                return "";
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

    private static async Task<string> TailAsync(StreamReader reader)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer)) > 0)
        {
            text.Append(buffer, 0, read);
            if (text.Length > 2 * Kept)
            {
                text.Remove(0, text.Length - Kept);
            }
        }

        return text.ToString();
    }
}
