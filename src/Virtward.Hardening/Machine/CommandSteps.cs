using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Machine;

/// <summary>Settings that only their owner's program reads and writes.</summary>
internal sealed class CommandSteps(HostMachine machine) : IStepHandler<CommandStep, CommandBefore>
{
    private const string Before = "{before}";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    public async Task<Result<CommandBefore>> ReadAsync(CommandStep step, CancellationToken cancel)
    {
        if (!(await RunAsync(step.Read, "", cancel)).TryGet(out CommandOutput? output, out Problem? problem))
        {
            return problem;
        }

        return output.Succeeded || (step.SaysNoByCode && output.ExitCode == 1 && output.Output.Trim().Length > 0)
            ? new CommandBefore(output.Output.Trim())
            : new Problem($"{step.Read[0]} cannot say how it is: {UnitSteps.FirstLine(output.Error)}", step.What);
    }

    public bool Holds(CommandStep step, CommandBefore state) => !state.IsUnread && state.Output == step.Wanted.Trim();

    public Task<Result<Done>> SetAsync(CommandStep step, CommandBefore before, CancellationToken cancel) => RunAllAsync(step.What, step.Set, step.SetInput, cancel);

    public async Task<Result<Done>> RestoreAsync(CommandStep step, CommandBefore before, CancellationToken cancel)
    {
        if ((await ReadAsync(step, cancel)).TryGet(out CommandBefore? now, out _) && now == before)
        {
            return default(Done);
        }

        ImmutableArray<ImmutableArray<string>> undo =
            [.. (machine.IsBooting ? step.UndoAtBoot : step.Undo).Select(words => ImmutableArray.CreateRange(words.Select(word => word.Replace(Before, before.Output, StringComparison.Ordinal))))];
        return await RunAllAsync(step.What, undo, step.UndoInput.Replace(Before, before.Output, StringComparison.Ordinal), cancel);
    }

    private async Task<Result<Done>> RunAllAsync(string what, ImmutableArray<ImmutableArray<string>> programs, string input, CancellationToken cancel)
    {
        foreach (ImmutableArray<string> words in programs)
        {
            if (!(await RunAsync(words, input, cancel)).TryGet(out CommandOutput? output, out Problem? problem))
            {
                return problem;
            }

            if (!output.Succeeded)
            {
                return new Problem($"{words[0]} refused: {UnitSteps.FirstLine(output.Error)}", what);
            }
        }

        return default(Done);
    }

    private Task<Result<CommandOutput>> RunAsync(ImmutableArray<string> words, string input, CancellationToken cancel) =>
        machine.Commands.RunAsync(new Command(words[0], words[1..]) { Input = input, TimeLimit = Patience }, cancel);
}
