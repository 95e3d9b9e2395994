using System.CommandLine;
using Virtward.Control;
using Virtward.Core.Net;

namespace Virtward.Commands;

/// <summary><c>virtward allow</c>: never ban an address or prefix.</summary>
public static class AllowCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<Prefix> target = CommandOptions.Target("The address or prefix that must never be banned.");
        Option<TimeSpan?> time = CommandOptions.Duration("--for", "For how long; without it until virtward disallow.");
        Option<string> comment = new("--comment") { Description = "Why, for whoever reads it later.", DefaultValueFactory = _ => "" };
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("allow", "Puts an address or prefix onto the never-ban list, and lets it in.") { target, time, comment, json, state };
        command.SetAction((parsed, cancel) => ChangeCommands.RunAsync(
            host,
            parsed.GetValue(state)!,
            parsed.GetValue(json),
            guard => guard.AllowAsync(
                new AllowRequest(
                    parsed.GetValue(target).ToString(), (long)(parsed.GetValue(time)?.TotalSeconds ?? 0), parsed.GetValue(comment)!),
                cancel),
            cancel));
        return command;
    }
}
