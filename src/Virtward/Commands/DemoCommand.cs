using System.CommandLine;
using Virtward.Demo;

namespace Virtward.Commands;

/// <summary><c>virtward demo</c>: the whole job on a throwaway host.</summary>
public static class DemoCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandHost host)
    {
        // How the demo calls itself once it is inside its own namespaces; nothing for a person.
        Option<bool> inside = new("--inside") { Hidden = true };
        var command = new Command("demo", "The whole job on a throwaway host in network namespaces: a real sshd, real attackers, real packets.") { inside };
        command.SetAction((parsed, cancel) => DemoRun.RunAsync(host, new DemoOptions(parsed.GetValue(inside)), cancel));
        return command;
    }
}
