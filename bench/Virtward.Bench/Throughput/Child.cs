using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Virtward.Bench.Throughput;

/// <summary>A program run to its end, its output read through a pipe and thrown away, with what it cost.</summary>
/// <param name="CpuSeconds">Seconds of CPU, user and system, of it and of the children that it waited for.</param>
/// <param name="WallSeconds">Seconds that went by.</param>
/// <param name="LastOutput">The last bytes that it wrote on stdout, as text: grep's count, our own child's.</param>
/// <param name="Errors">What it wrote on stderr.</param>
/// <param name="ExitCode">Its exit code.</param>
internal sealed partial record Child(double CpuSeconds, double WallSeconds, string LastOutput, string Errors, int ExitCode)
{
    private const int Children = -1; // RUSAGE_CHILDREN, getrusage(2)
    private const int Tail = 256;

    /// <summary>How much it wrote on stdout.</summary>
    public long OutputBytes { get; init; }

    /// <summary>The most memory that it, or any child before it, had resident, in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>Runs it; nothing else may be started meanwhile.</summary>
    public static Child Run(IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LC_ALL"] = "C";
        double before = ChildrenUsage().Cpu;
        long began = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string last = Drain(process.StandardOutput.BaseStream, out long written);
        process.WaitForExit();
        double wall = Stopwatch.GetElapsedTime(began).TotalSeconds;
        (double cpu, long memory) = ChildrenUsage();
        return new Child(cpu - before, wall, last, errors.GetAwaiter().GetResult(), process.ExitCode) { OutputBytes = written, PeakMemory = memory };
    }

    private static string Drain(Stream output, out long written)
    {
        written = 0;
        var buffer = new byte[1 << 16];
        byte[] tail = [];
        int read;
        while ((read = output.Read(buffer)) > 0)
        {
            written += read;
            tail = [.. tail.Concat(buffer.AsSpan(Math.Max(0, read - Tail), Math.Min(read, Tail)).ToArray()).TakeLast(Tail)];
        }

        return System.Text.Encoding.UTF8.GetString(tail).TrimEnd();
    }

    // struct rusage: two struct timeval, user and system, then 14 longs, the first of them the peak of resident memory in kB.
    private static (double Cpu, long Memory) ChildrenUsage()
    {
        Span<long> usage = stackalloc long[18];
        if (GetUsage(Children, usage) != 0)
        {
            throw new InvalidOperationException("getrusage failed");
        }

        return (usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6), usage[4] * 1024);
    }

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static partial int GetUsage(int who, Span<long> usage);
}
