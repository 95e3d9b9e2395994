using System.Diagnostics;
using System.Globalization;

namespace Virtward.Bench.Log;

/// <summary><c>generate</c>: writes a log, and says on stderr what is in it.</summary>
internal static class GenerateCommand
{
    public static int Run(BenchOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        using Stream output = options.Out == "-" ? Console.OpenStandardOutput() : File.Create(options.Out, 1);
        var generator = new LogGenerator(options, output);
        generator.Write(options.Lines);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{generator.Lines:N0} lines, {generator.Bytes / 1e6:N1} MB, {generator.AttackLines:N0} lines of attacks: {generator.Attackers.Attempts:N0} failed attempts by {generator.Attackers.Active:N0} attackers, {generator.Forged:N0} with forged user names; {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s"));
        if (options.Truth is { } truth)
        {
            File.WriteAllLines(truth, generator.Attackers.Truth.Select(one => string.Create(
                CultureInfo.InvariantCulture, $"{one.Address} {one.Attempts}")));
        }

        return 0;
    }
}
