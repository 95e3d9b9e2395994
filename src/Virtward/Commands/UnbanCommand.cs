using System.CommandLine;
using Virtward.Control;
using Virtward.Core.Net;

namespace Virtward.Commands;

/// <summary><c>virtward unban</c>: let an address or prefix in again.</summary>
public static class UnbanCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<Prefix> target = CommandOptions.Target("The address or prefix to let in; bans inside a prefix are lifted with it.");
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("unban", "Lets an address or prefix in again.") { target, json, state };
        command.SetAction((parsed, cancel) => ChangeCommands.RunAsync(
            host,
            parsed.GetValue(state)!,
            parsed.GetValue(json),
            guard => guard.UnbanAsync(new TargetRequest(parsed.GetValue(target).ToString()), cancel),
            cancel));
        return command;
    }
}
