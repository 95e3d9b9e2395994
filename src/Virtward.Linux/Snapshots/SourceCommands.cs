using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Linux.Snapshots;

/// <summary>The outputs of programs that enter a snapshot because an audit asks for them.</summary>
/// <param name="commands">Runs them.</param>
/// <param name="request">What is wanted.</param>
/// <param name="root">The directory that is looked at; "/" for the running system.</param>
internal sealed class SourceCommands(ICommands commands, SnapshotRequest request, string root)
{
    // More would only wait for each other.
    private const int AtOnce = 8;

    private readonly bool _running = Path.GetFullPath(root) == "/";

    /// <summary>Runs them, some at a time, each with its own time limit.</summary>
    public Task GatherAsync(Gathering gathering, IEnumerable<CommandSource> sources, CancellationToken cancel) => Parallel.ForEachAsync(
        sources,
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
        async (source, stop) => await RunAsync(gathering, source, stop).ConfigureAwait(false));

    private async Task RunAsync(Gathering gathering, CommandSource source, CancellationToken cancel)
    {
        Command? command = _running ? source.Command : source.InRoot?.Invoke(root);
        if (command is null)
        {
            gathering.Lacks(source.Name, "another root was looked at, not a running system");
            return;
        }

        command = command with { TimeLimit = command.TimeLimit < request.TimeLimit ? command.TimeLimit : request.TimeLimit };
        Result<CommandOutput> run = await commands.RunAsync(command, cancel).ConfigureAwait(false);
        if (!run.TryGet(out CommandOutput? output, out Problem? problem))
        {
            gathering.Lacks(source.Name, problem.What == "program not found" ? command.Program + Snapshot.NotInstalled : problem.ToString());
        }
        else if (source.GoodCodes.IsEmpty || source.GoodCodes.Contains(output.ExitCode))
        {
            gathering.Add(source.Name, source.Clean(output.Output));
        }
        else
        {
            string said = (output.Error.Length > 0 ? output.Error : output.Output).Split('\n')[0].Trim();
            string needs = Environment.IsPrivilegedProcess ? "" : "it may need root: ";
            gathering.Lacks(source.Name, $"{needs}{command.Program} ended with {output.ExitCode}{(said.Length > 0 ? $": {said[..Math.Min(said.Length, 200)]}" : "")}");
        }
    }
}
