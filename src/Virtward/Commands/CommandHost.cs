using Virtward.Core.Results;

namespace Virtward.Commands;

/// <summary>What a command runs in: its streams, the clock, and whether a person watches.</summary>
public sealed class CommandHost
{
    /// <summary>Where results go, as text.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where results go, as bytes: NDJSON goes here without a detour over text.</summary>
    public required Stream OutBytes { get; init; }

    /// <summary>Where problems, progress and summaries go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where answers to questions come from; none is asked where it is no terminal.</summary>
    public TextReader In { get; init; } = TextReader.Null;

    /// <summary>Whether stdin is a terminal.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>Whether stdout is a terminal.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>How many characters a line of stdout takes; no end to it where it is no terminal.</summary>
    public int OutWidth { get; init; } = int.MaxValue;

    /// <summary>Whether stderr is a terminal: only then progress is drawn.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Says a problem on stderr, as one sentence, and yields the exit code that goes with it.</summary>
    public int Fail(Problem problem)
    {
        Error.WriteLine($"virtward: {problem}");
        return problem.Package is null ? ExitCode.Failed : ExitCode.Missing;
    }

    /// <summary>Says several problems, a line each.</summary>
    public int Fail(IEnumerable<Problem> problems)
    {
        int code = ExitCode.Failed;
        foreach (Problem problem in problems)
        {
            code = Math.Max(code, Fail(problem));
        }

        return code;
    }
}
