using Virtward.Core.Results;
using Virtward.Hardening.Machine;
using Virtward.Hardening.Transaction;
using Virtward.Linux.Changing;
using Virtward.Linux.Commands;

namespace Virtward.Commands;

/// <summary>This host as changes are made to it: put together once, the same for every command that plans, applies or takes back.</summary>
public static class ClosingHost
{
    /// <summary>Its parts.</summary>
    /// <param name="state">Virtward's state folder.</param>
    /// <param name="isBooting">Whether it is just starting.</param>
    public static HostMachine Machine(string state, bool isBooting = false) =>
        new(new HostFiles(), new KernelSettings(), new ProcessCommands(), HasSystemd) { StateFolder = Path.GetFullPath(state), IsBooting = isBooting };

    /// <summary>Its transactions.</summary>
    public static Transactions Transactions(CommandHost host, string state, bool isBooting = false)
    {
        HostMachine machine = Machine(state, isBooting);
        var watch = new RevertWatch(machine.Commands, machine.Files, Environment.ProcessPath ?? "/usr/bin/virtward", state, machine.HasSystemd);
        return new Transactions(machine, new TransactionFiles(state), watch, new BootClock(), host.Clock);
    }

    /// <summary>Why this process may not change the host; null: it may.</summary>
    public static Problem? Objection() => Environment.IsPrivilegedProcess ? null : new Problem("changing this host takes root", Hint: "run it with sudo");

    // sd_booted(3): that is how systemd itself tells.
    private static bool HasSystemd => new HostFiles().FirstMissingDirectory("/run/systemd/system/x") is null;
}
