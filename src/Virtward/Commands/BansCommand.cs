using System.CommandLine;
using System.Text.Json;
using Virtward.Control;
using Virtward.Core.Results;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward bans</c>: who is kept out, until when, and why.</summary>
public static class BansCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("bans", "Who is kept out, until when, and why: the newest first.") { json, state };
        command.SetAction(async (parsed, cancel) =>
        {
            IGuardControl guard = await ControlConnection.OpenAsync(host, parsed.GetValue(state)!, cancel);
            Result<BansDocument> asked = await guard.BansAsync(cancel);
            if (!asked.TryGet(out BansDocument? bans, out Problem? problem))
            {
                return host.Fail(problem);
            }

            if (parsed.GetValue(json))
            {
                JsonSerializer.Serialize(host.OutBytes, bans, ControlJson.Default.BansDocument);
                host.OutBytes.WriteByte((byte)'\n');
            }
            else
            {
                BansText.Write(host.Out, bans, host.Clock.GetUtcNow());
            }

            return ExitCode.Ok;
        });
        return command;
    }
}
