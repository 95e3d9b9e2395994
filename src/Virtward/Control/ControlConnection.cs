using Virtward.Commands;
using Virtward.Linux.Control;

namespace Virtward.Control;

/// <summary>The guard that a command speaks to: the daemon where one listens, else the store and the kernel themselves.</summary>
public sealed class ControlConnection : IDisposable
{
    private readonly IDisposable? _owned;

    private ControlConnection(IGuardControl guard, IDisposable? owned)
    {
        Guard = guard;
        _owned = owned;
    }

    /// <summary>Who answers.</summary>
    public IGuardControl Guard { get; }

    /// <summary>Finds out who is there. A daemon that is there and refuses (no right, another version) is not worked around.</summary>
    /// <param name="host">The clock.</param>
    /// <param name="state">The guard's folder.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<ControlConnection> OpenAsync(CommandHost host, string state, CancellationToken cancel)
    {
        var client = new ControlClient(StateFolder.Socket(state));
        if (await client.IsListeningAsync(cancel))
        {
            return new ControlConnection(new RemoteControl(client), null);
        }

        var store = new StoreControl(StateFolder.Store(state), host.Clock);
        return new ControlConnection(store, store);
    }

    /// <inheritdoc/>
    public void Dispose() => _owned?.Dispose();
}
