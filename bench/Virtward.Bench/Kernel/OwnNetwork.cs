using System.Diagnostics;

namespace Virtward.Bench.Kernel;

/// <summary>Runs this program again in a network namespace of its own, so that no bench ever touches the machine's firewall.</summary>
internal static class OwnNetwork
{
    private const string Inside = "VIRTWARD_BENCH_INSIDE";

    /// <summary>Runs a bench in there.</summary>
    /// <param name="arguments">The command line to run again.</param>
    /// <param name="bench">The bench, run where this is the inner program.</param>
    public static int Run(IEnumerable<string> arguments, Func<int> bench)
    {
        if (Environment.GetEnvironmentVariable(Inside) is not null)
        {
            return bench();
        }

        string[] user = Environment.UserName == "root" ? [] : ["--user", "--map-root-user"];
        var start = new ProcessStartInfo("unshare", [.. user, "--net", "--", Environment.ProcessPath!, .. arguments]);
        start.Environment[Inside] = "1";
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
