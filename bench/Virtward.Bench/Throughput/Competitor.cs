namespace Virtward.Bench.Throughput;

/// <summary>A program that goes through a log.</summary>
/// <param name="Name">What the table calls it, with its version.</param>
/// <param name="Command">The command for a log.</param>
internal sealed record Competitor(string Name, Func<string, IReadOnlyList<string>> Command)
{
    /// <summary>How many lines of the log it is given at most: the slow ones get a slice.</summary>
    public long MaxLines { get; init; } = long.MaxValue;

    /// <summary>What the table tells of its output: a count that shows it has done the same work. Empty where it tells none.</summary>
    public Func<Child, string> Count { get; init; } = _ => "";

    /// <summary>A program that reads the log on stdin.</summary>
    public static Func<string, IReadOnlyList<string>> OnStdin(params string[] command) =>
        log => ["/bin/sh", "-c", "exec \"$@\" < \"$0\"", log, .. command];
}
