using System.CommandLine;
using Virtward.Daemon;
using Virtward.Linux;

namespace Virtward.Commands;

/// <summary><c>virtward guard run</c>: the guard in the foreground.</summary>
public static class GuardRunCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<string?> policy = CommandOptions.Policy();
        Option<string[]> logs = new("--log") { Description = "A log file that every jail reads instead of its own; may be repeated.", HelpName = "FILE" };
        Option<string> state = StateFolder.Option();
        Option<bool> json = CommandOptions.Json();
        Option<bool> sightings = new("--sightings") { Description = "Print every line that was understood, too." };
        var command = new Command("run", "Runs the guard in the foreground until it is told to stop; its bans stay in force until they end.")
        {
            policy, logs, state, json, sightings,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            if (PolicyFile.Load(host, new HostTextFiles(), parsed.GetValue(policy)) is not { } read)
            {
                return ExitCode.Failed;
            }

            using var listener = new GuardListener(host, parsed.GetValue(json), parsed.GetValue(sightings));
            var options = new GuardHostOptions(read, Path.GetFullPath(parsed.GetValue(state)!))
            {
                Logs = [.. (parsed.GetValue(logs) ?? []).Select(Path.GetFullPath)],
            };
            return await GuardRunner.RunAsync(host, options, listener, cancel);
        });
        return command;
    }
}
