namespace Virtward.Core.Snapshots;

/// <summary>A process that holds a listener.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Name">Its name as the kernel has it, 15 bytes at most (/proc/PID/comm).</param>
public sealed record ListenerProcess(int Pid, string Name)
{
    /// <summary>The program's path (/proc/PID/exe); null: not to be seen.</summary>
    public string? Program { get; init; }

    /// <summary>Those of its arguments that say where it listens; anything that might hold a secret is left out.</summary>
    public string? Arguments { get; init; }
}
