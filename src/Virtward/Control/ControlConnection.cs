using Virtward.Commands;
using Virtward.Linux.Control;

namespace Virtward.Control;

/// <summary>Finds out who answers a command: the daemon where one listens, else the store and the kernel themselves.</summary>
public static class ControlConnection
{
    /// <summary>Who answers. A daemon that is there and refuses (no right, another version) is not worked around.</summary>
    /// <param name="host">The streams and the clock.</param>
    /// <param name="state">The guard's folder.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<IGuardControl> OpenAsync(CommandHost host, string state, CancellationToken cancel)
    {
        var client = new ControlClient(StateFolder.Socket(state));
        return await client.IsListeningAsync(cancel) ? new RemoteControl(client) : new OfflineControl(host, state);
    }
}
