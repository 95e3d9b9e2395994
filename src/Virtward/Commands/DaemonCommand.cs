using System.CommandLine;
using Virtward.Daemon;
using Virtward.Linux;

namespace Virtward.Commands;

/// <summary><c>virtward daemon</c>: what systemd starts.</summary>
public static class DaemonCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<string?> policy = CommandOptions.Policy();
        Option<string> state = StateFolder.Option();
        var command = new Command("daemon", "What systemd starts: the guard, its enforcement, and the control API.") { policy, state };
        command.SetAction(async (parsed, cancel) =>
        {
            if (PolicyFile.Load(host, new HostTextFiles(), parsed.GetValue(policy)) is not { } read)
            {
                return ExitCode.Failed;
            }

            using var listener = new GuardListener(host, asJson: false, withSightings: false);
            return await GuardRunner.RunAsync(host, new GuardHostOptions(read, Path.GetFullPath(parsed.GetValue(state)!)), listener, cancel);
        });
        return command;
    }
}
