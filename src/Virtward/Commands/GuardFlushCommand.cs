using System.CommandLine;

namespace Virtward.Commands;

/// <summary><c>virtward guard flush</c>: lift every ban, and take the guard out of the kernel.</summary>
public static class GuardFlushCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        Option<bool> json = CommandOptions.Json();
        Option<string> state = StateFolder.Option();
        var command = new Command("flush", "Lifts every ban and removes the guard's rules and sets from the kernel.") { json, state };
        command.SetAction((parsed, cancel) =>
            ChangeCommands.RunAsync(host, parsed.GetValue(state)!, parsed.GetValue(json), guard => guard.FlushAsync(cancel), cancel));
        return command;
    }
}
