using System.CommandLine;
using Virtward.Control;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward status</c>: where things stand, on one screen.</summary>
public static class StatusCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => QuestionCommands.Create(
        host,
        "status",
        "Where things stand: sources, jails, bans, siege, and what the kernel has stopped.",
        static (guard, _, cancel) => guard.StatusAsync(cancel),
        ControlJson.Default.StatusDocument,
        StatusText.Write);
}
