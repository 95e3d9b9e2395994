using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Linux.Commands;

/// <summary>Runs the host's programs as child processes, with a fixed search path and a plain locale.</summary>
public sealed class ProcessCommands : ICommands
{
    // Root's programs come from the system's directories only, whatever PATH the caller's shell has.
    private static readonly string[] SearchPath = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];

    /// <summary>The least time that every program gets, whatever limit its command has: for machines that are slow, or very busy.</summary>
    public TimeSpan Patience { get; init; }

    /// <inheritdoc/>
    public async Task<Result<CommandOutput>> RunAsync(Command command, CancellationToken cancel)
    {
        if (Find(command.Program) is not string path)
        {
            return new Problem("program not found", command.Program, "install the package that brings it");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        TimeSpan time = command.TimeLimit > Patience ? command.TimeLimit : Patience;
        limit.CancelAfter(time);
        using var process = new Process { StartInfo = StartInfo(path, command, time) };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return new Problem($"cannot run the program: {e.Message}", path);
        }

        try
        {
            Task<string?> output = ReadAsync(process, process.StandardOutput, command.MaxOutput, limit.Token);
            Task<string?> error = ReadAsync(process, process.StandardError, command.MaxOutput, limit.Token);
            await WriteAsync(process.StandardInput, command.Input, limit.Token).ConfigureAwait(false);
            if (await output.ConfigureAwait(false) is not string outputText || await error.ConfigureAwait(false) is not string errorText)
            {
                return new Problem($"the program wrote more than {command.MaxOutput} characters", path);
            }

            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new CommandOutput(process.ExitCode, outputText, errorText);
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            cancel.ThrowIfCancellationRequested();
            return new Problem($"the program did not end within {time.TotalSeconds} s", path);
        }
    }

    private static string? Find(string program) =>
        program.StartsWith('/')
            ? (File.Exists(program) ? program : null)
            : SearchPath.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    private static ProcessStartInfo StartInfo(string path, Command command, TimeSpan time)
    {
        var info = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        foreach (string argument in command.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        info.Environment["LC_ALL"] = "C.UTF-8";
        // systemd's programs give up on a busy systemd after 25 s of their own (SYSTEMD_BUS_TIMEOUT, in systemd's ENVIRONMENT.md).
        info.Environment["SYSTEMD_BUS_TIMEOUT"] = Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        info.Environment["PATH"] = string.Join(':', SearchPath);
        return info;
    }

    private static async Task WriteAsync(StreamWriter input, string text, CancellationToken cancel)
    {
        try
        {
            await input.WriteAsync(text.AsMemory(), cancel).ConfigureAwait(false);
            input.Close();
        }
        catch (IOException)
        {
            // The program closed its input before reading all of it (EPIPE): its exit code tells whether that matters.
        }
    }

    // A program over the limit is killed at once: left alone it would wait for ever on a pipe that nobody reads.
    private static async Task<string?> ReadAsync(Process process, StreamReader reader, int limit, CancellationToken cancel)
    {
        var text = new StringBuilder();
        char[] buffer = new char[4096];
        int read;
        while ((read = await reader.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
        {
            if (text.Length + read > limit)
            {
                Kill(process);
                return null;
            }

            text.Append(buffer, 0, read);
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has just ended by itself.
        }
    }
}
