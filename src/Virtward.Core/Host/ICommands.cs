using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>Other programs of the host, as one part of the seam. Never through a shell: a program and its arguments, one by one.</summary>
public interface ICommands
{
    /// <summary>
    /// Runs a program to its end. An exit code other than 0 is a success here, for the caller to judge; a problem is a program that is
    /// missing, exceeded its time (it is killed with its children) or wrote more than allowed.
    /// </summary>
    /// <param name="command">What to run.</param>
    /// <param name="cancel">Kills the program.</param>
    Task<Result<CommandOutput>> RunAsync(Command command, CancellationToken cancel);
}
