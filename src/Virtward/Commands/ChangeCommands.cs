using System.Text.Json;
using Virtward.Control;
using Virtward.Core.Results;

namespace Virtward.Commands;

/// <summary>What the commands that change something by hand share: they ask, and say what happened.</summary>
public static class ChangeCommands
{
    /// <summary>Runs one change and tells of it: exit code 0 where something changed, 1 where there was nothing to do.</summary>
    /// <param name="host">The streams.</param>
    /// <param name="state">The guard's folder.</param>
    /// <param name="asJson">The answer as JSON, as the control API gives it.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<int> RunAsync(
        CommandHost host, string state, bool asJson, Func<IGuardControl, Task<Result<ChangeDocument>>> change, CancellationToken cancel)
    {
        IGuardControl guard = await ControlConnection.OpenAsync(host, state, cancel);
        Result<ChangeDocument> asked = await change(guard);
        if (!asked.TryGet(out ChangeDocument? changed, out Problem? problem))
        {
            return host.Fail(problem);
        }

        if (asJson)
        {
            JsonSerializer.Serialize(host.OutBytes, changed, ControlJson.Default.ChangeDocument);
            host.OutBytes.WriteByte((byte)'\n');
        }
        else
        {
            host.Out.WriteLine(changed.Message);
        }

        return changed.Changed ? ExitCode.Ok : ExitCode.No;
    }
}
