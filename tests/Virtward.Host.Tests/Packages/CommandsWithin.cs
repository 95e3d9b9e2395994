using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Host.Tests.Packages;

/// <summary>Programs run within namespaces of a host.</summary>
/// <param name="enter">The arguments of <c>nsenter</c>, up to the program.</param>
/// <param name="outside">Runs it.</param>
internal sealed class CommandsWithin(IReadOnlyList<string> enter, ICommands outside) : ICommands
{
    public Task<Result<CommandOutput>> RunAsync(Command command, CancellationToken cancel) =>
        outside.RunAsync(command with { Program = "nsenter", Arguments = [.. enter, command.Program, .. command.Arguments] }, cancel);
}
