using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Virtward.Control;
using Virtward.Core.Results;

namespace Virtward.Commands;

/// <summary>What the commands that ask the guard something share: whom they ask, and that the answer comes as JSON or as text.</summary>
public static class QuestionCommands
{
    /// <summary>Makes such a command.</summary>
    /// <param name="host">The streams.</param>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it answers.</param>
    /// <param name="ask">Asks; told whether the answer is wanted as JSON, with all that there is.</param>
    /// <param name="type">How the answer becomes JSON.</param>
    /// <param name="write">Writes the answer for a person, as of a time.</param>
    public static Command Create<T>(
        CommandHost host,
        string name,
        string description,
        Func<IGuardControl, bool, CancellationToken, Task<Result<T>>> ask,
        JsonTypeInfo<T> type,
        Action<TextWriter, T, DateTimeOffset> write)
    {
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command(name, description) { json, state };
        command.SetAction(async (parsed, cancel) =>
        {
            IGuardControl guard = await ControlConnection.OpenAsync(host, parsed.GetValue(state)!, cancel);
            bool asJson = parsed.GetValue(json);
            Result<T> asked = await ask(guard, asJson, cancel);
            if (!asked.TryGet(out T? answer, out Problem? problem))
            {
                return host.Fail(problem);
            }

            if (asJson)
            {
                JsonSerializer.Serialize(host.OutBytes, answer, type);
                host.OutBytes.WriteByte((byte)'\n');
            }
            else
            {
                write(host.Out, answer, host.Clock.GetUtcNow());
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
