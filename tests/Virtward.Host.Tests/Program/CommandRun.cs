using System.Diagnostics;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>One command run to its end: what it printed, and its exit code.</summary>
public sealed record CommandRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Runs the program on this machine; for commands that touch nothing.</summary>
    public static CommandRun Of(params string[] arguments) => Of("", arguments);

    /// <summary>Runs the program with something on its stdin.</summary>
    public static CommandRun Of(string input, string[] arguments)
    {
        var start = new ProcessStartInfo(BuiltProgram.Path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        return End(process, input);
    }

    /// <summary>Runs the program inside a network namespace.</summary>
    public static CommandRun In(NetworkNamespace inside, params string[] arguments)
    {
        using Process process = inside.Start(BuiltProgram.Path, arguments);
        return End(process, "");
    }

    private static CommandRun End(Process process, string input)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Limit))
        {
            process.Kill();
            Assert.Fail($"no end within {Limit.TotalSeconds} s: {output.Result}{error.Result}");
        }

        return new CommandRun(process.ExitCode, output.Result, error.Result);
    }
}
