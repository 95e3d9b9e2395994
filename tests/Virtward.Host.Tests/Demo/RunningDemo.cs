using System.Diagnostics;
using System.Text;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Demo;

/// <summary>
/// <c>virtward demo</c> as a child, with its lines, and the process namespace that all its processes live in: whoever is in that after
/// the end was left behind.
/// </summary>
public sealed class RunningDemo : IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Process _process;

    private RunningDemo(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The built program, of the same configuration as these tests.</summary>
    public static string Program { get; } = FindProgram();

    public int ExitCode => _process.ExitCode;

    public string Output => Text(_output);

    public string Error => Text(_error);

    /// <summary>Starts it, perhaps by way of another program such as setpriv(1), and with a directory of its own for temporary files.</summary>
    public static RunningDemo Start(string temporary, params string[] by)
    {
        string[] command = [.. by, Program, "demo"];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = temporary;
        return new RunningDemo(Process.Start(start)!);
    }

    /// <summary>Waits for its end, within what even an overloaded machine needs.</summary>
    public async Task EndAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(5));
        await _process.WaitForExitAsync(limit.Token);
    }

    /// <summary>Waits until it prints a text.</summary>
    public Task PrintsAsync(string text) =>
        Eventually.HoldsAsync(() => Output.Contains(text, StringComparison.Ordinal) || _process.HasExited, $"it prints '{text}'", 120);

    /// <summary>The process namespace of what runs inside; waits until there is one.</summary>
    public async Task<string> NamespaceAsync()
    {
        string own = ProcessNamespace("self")!;
        string? found = null;
        await Eventually.HoldsAsync(
            () =>
            {
                found = Descendants(_process.Id)
                    .Where(id => Read($"/proc/{id}/cmdline").Contains("--inside", StringComparison.Ordinal))
                    .Select(id => ProcessNamespace($"{id}"))
                    .FirstOrDefault(ns => ns is not null && ns != own);
                return found is not null || _process.HasExited;
            },
            "the demo has a process namespace",
            60);
        return found ?? throw new InvalidOperationException($"the demo ended early: {Output}{Error}");
    }

    /// <summary>The processes in a process namespace, zombies aside.</summary>
    public static IReadOnlyList<string> ProcessesIn(string processNamespace) =>
    [
        .. Processes()
            .Where(id => ProcessNamespace($"{id}") == processNamespace)
            .Select(id => Read($"/proc/{id}/cmdline").Replace('\0', ' '))
            .Where(command => command.Length > 0),
    ];

    /// <summary>Sends a signal, by kill(1)'s name of it, to the demo's first process only.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private static string FindProgram()
    {
        // …/tests/Virtward.Host.Tests/bin/Release/net10.0/ belongs to …/src/Virtward/bin/Release/net10.0/.
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        DirectoryInfo root = framework.Parent!.Parent!.Parent!.Parent!.Parent!;
        return Path.Combine(root.FullName, "src/Virtward/bin", framework.Parent.Name, framework.Name, "virtward");
    }

    private static IEnumerable<int> Descendants(int parent) =>
        Processes().Where(id => Parent(id) == parent).SelectMany(id => Descendants(id).Prepend(id));

    private static IEnumerable<int> Processes() =>
        Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Select(name => int.TryParse(name, out int id) ? id : 0).Where(id => id > 0);

    private static int Parent(int process)
    {
        // The command in brackets may hold anything; the parent is the second field behind it (proc_pid_stat(5)).
        string stat = Read($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 1 ? int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    private static string? ProcessNamespace(string process)
    {
        try
        {
            return File.ResolveLinkTarget($"/proc/{process}/ns/pid", returnFinalTarget: false)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            if (line is not null)
            {
                text.AppendLine(line);
            }
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
