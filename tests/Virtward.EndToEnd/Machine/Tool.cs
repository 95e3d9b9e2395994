using System.Diagnostics;

namespace Virtward.EndToEnd.Machine;

/// <summary>What a program printed, and how it ended.</summary>
public sealed record Ran(int Code, string Output, string Error);

/// <summary>Runs programs of this machine to their end.</summary>
public static class Tool
{
    /// <summary>Runs one.</summary>
    public static Ran Run(string program, IReadOnlyList<string> arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        return End(process);
    }

    /// <summary>Waits for one that was started, with its outputs redirected.</summary>
    public static Ran End(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ran(process.ExitCode, output, error.Result);
    }
}
