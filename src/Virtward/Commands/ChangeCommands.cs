using Virtward.Control;
using Virtward.Core.Results;

namespace Virtward.Commands;

/// <summary>What the commands that change something by hand share: they ask, and say what happened.</summary>
public static class ChangeCommands
{
    /// <summary>Runs one change and tells of it: exit code 0 where something changed, 1 where there was nothing to do.</summary>
    /// <param name="host">The streams.</param>
    /// <param name="state">The guard's folder.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<int> RunAsync(
        CommandHost host, string state, Func<IGuardControl, Task<Result<ChangeDocument>>> change, CancellationToken cancel)
    {
        IGuardControl guard = await ControlConnection.OpenAsync(host, state, cancel);
        Result<ChangeDocument> asked = await change(guard);
        if (!asked.TryGet(out ChangeDocument? changed, out Problem? problem))
        {
            return host.Fail(problem);
        }

        host.Out.WriteLine(changed.Message);
        return changed.Changed ? ExitCode.Ok : ExitCode.No;
    }
}
