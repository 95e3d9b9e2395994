using System.CommandLine;

namespace Virtward.Commands;

/// <summary>Where the guard keeps its state, and the option that moves it.</summary>
public static class StateFolder
{
    /// <summary>The folder of the installed daemon: its store.</summary>
    public const string Default = "/var/lib/virtward";

    private const string DefaultSocket = "/run/virtward/control.sock";

    /// <summary>The <c>--state DIR</c> option, the same for every command that has it.</summary>
    public static Option<string> Option() => new("--state")
    {
        Description = "The guard's folder: its store, and its control socket unless it is the installed one.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Default,
    };

    /// <summary>The control socket of the guard that keeps its state in a folder.</summary>
    public static string Socket(string folder) => folder == Default ? DefaultSocket : Path.Combine(Path.GetFullPath(folder), "control.sock");

    /// <summary>The store in a folder.</summary>
    public static string Store(string folder) => Path.Combine(Path.GetFullPath(folder), "guard.db");
}
