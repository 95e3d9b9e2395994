using System.CommandLine;
using Virtward.Control;
using Virtward.Core.Net;

namespace Virtward.Commands;

/// <summary><c>virtward disallow</c>: take back an entry of <c>virtward allow</c>.</summary>
public static class DisallowCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<Prefix> target = CommandOptions.Target("The address or prefix as it was allowed.");
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("disallow", "Takes back what virtward allow put onto the never-ban list.") { target, json, state };
        command.SetAction((parsed, cancel) => ChangeCommands.RunAsync(
            host,
            parsed.GetValue(state)!,
            parsed.GetValue(json),
            guard => guard.DisallowAsync(new TargetRequest(parsed.GetValue(target).ToString()), cancel),
            cancel));
        return command;
    }
}
