using System.CommandLine;
using Virtward.Control;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary><c>virtward bans</c>: who is kept out, until when, and why.</summary>
public static class BansCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host) => QuestionCommands.Create(
        host,
        "bans",
        "Who is kept out, until when, and why: the newest first.",
        static (guard, json, cancel) => guard.BansAsync(evidence: json, cancel),
        ControlJson.Default.BansDocument,
        BansText.Write);
}
