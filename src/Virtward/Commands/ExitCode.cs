namespace Virtward.Commands;

/// <summary>What every command ends with; documented in docs/commands.md and stable.</summary>
public static class ExitCode
{
    /// <summary>Done, and the answer is good.</summary>
    public const int Ok = 0;

    /// <summary>Done, and the answer is "no": nothing matched, the address is not banned, findings exist.</summary>
    public const int No = 1;

    /// <summary>Could not: a file, a right, a value or the command line was wrong; stderr says which and what to do.</summary>
    public const int Failed = 2;

    /// <summary>A program or library of the distribution is missing; stderr holds the command that installs it.</summary>
    public const int Missing = 3;

    /// <summary>Stopped by the user (Ctrl-C), as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
