namespace Virtward.Bench.Log;

/// <summary>A generated log in the work directory, kept between runs: its name says what is in it.</summary>
internal static class GeneratedLog
{
    /// <summary>The path of the log that the options ask for, made where it is missing.</summary>
    public static string Of(BenchOptions options)
    {
        Directory.CreateDirectory(options.Work);
        string path = Path.Combine(options.Work, $"log-{options.Lines}-{options.Seed}-{options.Attacks:0.###}-{options.Stamps}.log");
        if (!File.Exists(path))
        {
            string partial = path + ".partial";
            GenerateCommand.Run(options with { Out = partial, Truth = null });
            File.Move(partial, path);
        }

        return path;
    }

    /// <summary>The log, or its first lines where it has more than a number of them.</summary>
    public static (string Path, long Lines) Slice(BenchOptions options, string log, long maxLines)
    {
        if (options.Lines <= maxLines)
        {
            return (log, options.Lines);
        }

        string path = $"{log}.first-{maxLines}";
        if (!File.Exists(path))
        {
            File.WriteAllLines(path, File.ReadLines(log).Take((int)maxLines));
        }

        return (path, maxLines);
    }
}
