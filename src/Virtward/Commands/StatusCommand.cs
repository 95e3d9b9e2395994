using System.CommandLine;
using System.Text.Json;
using Virtward.Control;
using Virtward.Core.Results;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward status</c>: where things stand, on one screen.</summary>
public static class StatusCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("status", "Where things stand: sources, jails, bans, siege, and what the kernel has stopped.") { json, state };
        command.SetAction(async (parsed, cancel) =>
        {
            IGuardControl guard = await ControlConnection.OpenAsync(host, parsed.GetValue(state)!, cancel);
            Result<StatusDocument> asked = await guard.StatusAsync(cancel);
            if (!asked.TryGet(out StatusDocument? status, out Problem? problem))
            {
                return host.Fail(problem);
            }

            if (parsed.GetValue(json))
            {
                host.Out.WriteLine(JsonSerializer.Serialize(status, ControlJson.Default.StatusDocument));
            }
            else
            {
                StatusText.Write(host.Out, status, host.Clock.GetUtcNow());
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
