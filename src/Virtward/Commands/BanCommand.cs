using System.CommandLine;
using Virtward.Control;
using Virtward.Core.Net;

namespace Virtward.Commands;

/// <summary><c>virtward ban</c>: keep an address or prefix out, by hand.</summary>
public static class BanCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Argument<Prefix> target = CommandOptions.Target("The address or prefix to keep out.");
        Option<TimeSpan?> time = CommandOptions.Duration("--for", "How long; one day without it. Every ban ends.");
        Option<string> reason = new("--reason") { Description = "Why, for whoever reads it later.", DefaultValueFactory = _ => "by hand" };
        Option<bool> force = new("--force")
        {
            Description = "Also what the never-ban list holds, and very large networks; never loopback, link-local or multicast addresses.",
        };
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("ban", "Keeps an address or prefix out.") { target, time, reason, force, json, state };
        command.SetAction((parsed, cancel) => ChangeCommands.RunAsync(
            host,
            parsed.GetValue(state)!,
            parsed.GetValue(json),
            guard => guard.BanAsync(
                new BanRequest(
                    parsed.GetValue(target).ToString(),
                    (long)(parsed.GetValue(time) ?? TimeSpan.FromDays(1)).TotalSeconds,
                    parsed.GetValue(reason)!,
                    parsed.GetValue(force)),
                cancel),
            cancel));
        return command;
    }
}
