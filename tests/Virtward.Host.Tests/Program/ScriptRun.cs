using System.Diagnostics;
using Xunit;

namespace Virtward.Host.Tests.Program;

/// <summary>A shell script run in network, mount and process namespaces of its own, which vanish with it; $1 is the program under test.</summary>
public sealed record ScriptRun(int ExitCode, string Output, string Error)
{
    private static readonly string[] Namespaces = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

    /// <summary>Runs it to its end; skips where there is no root.</summary>
    public static ScriptRun Of(string script)
    {
        if (Environment.UserName != "root")
        {
            Assert.Skip("namespaces with mounts of their own need root");
        }

        var start = new ProcessStartInfo("unshare", [.. Namespaces, "bash", "-c", script, "bash", BuiltProgram.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ScriptRun(process.ExitCode, output, error.Result);
    }
}
