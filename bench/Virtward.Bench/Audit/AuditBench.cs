using Virtward.Bench.Throughput;
using Virtward.Core.Results;
using Virtward.Linux.Commands;
using Virtward.Linux.Snapshots;

namespace Virtward.Bench.Audit;

/// <summary>The audit as a whole process: of a busy host's snapshot, of this machine as it is, and Lynis and OpenSCAP on this machine where they are installed.</summary>
internal static class AuditBench
{
    private const string ScapProfile = "xccdf_org.ssgproject.content_profile_cis";

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        string snapshot = Path.Combine(work.Path, "host");
        if (new HostSnapshots(new ProcessCommands(), TimeProvider.System).Write(GeneratedHost.Make(), snapshot).Problem is Problem problem)
        {
            Console.Error.WriteLine($"bench: {problem}");
            return 2;
        }

        double most = 0;
        var table = new Table($"audit, whole processes ({Machine.Describe()})", "command", "CPU", "wall", "peak RSS");
        Row($"virtward audit --snapshot: {GeneratedHost.Describe}", options.Runs, [options.Virtward, "audit", "--snapshot", snapshot, "--json"]);
        Row("virtward audit: this machine, with all that it asks", options.Runs, [options.Virtward, "audit", "--json"]);
        Peer("lynis audit system --quick", "/usr/sbin/lynis", "audit", "system", "--quick", "--no-log", "--no-colors");
        string content = Directory.Exists("/usr/share/xml/scap/ssg/content")
            ? Directory.EnumerateFiles("/usr/share/xml/scap/ssg/content", "ssg-*-ds.xml").Order(StringComparer.Ordinal).FirstOrDefault("") : "";
        Peer("oscap xccdf eval", content.Length > 0 ? "/usr/bin/oscap" : "", "xccdf", "eval", "--profile", ScapProfile, content);
        table.Print();
        return 0;

        void Peer(string what, string program, params string[] arguments)
        {
            if (File.Exists(program))
            {
                Row(what, 1, [program, .. arguments]);
            }
            else
            {
                Console.WriteLine($"{what}: not installed");
            }
        }

        // The most memory that any child had so far: whoever is measured later is only seen where it had more.
        void Row(string what, int times, IReadOnlyList<string> command)
        {
            Child[] runs = [.. Enumerable.Range(0, times).Select(_ => Child.Run(command))];
            double peak = runs.Max(static run => run.PeakMemory) / 1e6;
            table.Row(
                what, Measure.Text(1000 * Measure.Median(runs.Select(static run => run.CpuSeconds))), Measure.Text(1000 * Measure.Median(runs.Select(static run => run.WallSeconds))),
                peak > most ? $"{peak:0} MB" : $"at most {peak:0} MB");
            most = Math.Max(most, peak);
        }
    }
}
