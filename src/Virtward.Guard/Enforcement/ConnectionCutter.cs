using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// Cuts what newly banned peers still have open, beside the ban path: the drop is in force already, and the kernel's list of connections
/// may be long. Many bans in a row are served by one pass.
/// </summary>
/// <param name="enforcer">What knows who is banned, the never-ban list cut out.</param>
/// <param name="conntrack">What cuts.</param>
/// <param name="clock">Counts the pauses.</param>
public sealed class ConnectionCutter(Enforcer enforcer, IConntrack conntrack, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _due = new(0, 1);

    /// <summary>Asks for a pass soon: bans have been added. Never waits.</summary>
    public void Request()
    {
        if (_due.CurrentCount == 0)
        {
            try
            {
                _due.Release();
            }
            catch (SemaphoreFullException)
            {
                // Somebody else asked at the same moment: one pass serves both.
            }
        }
    }

    /// <summary>Cuts whenever asked, until cancelled.</summary>
    /// <param name="report">Takes what each pass did.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RunAsync(Action<Result<CutConnections>> report, CancellationToken cancel)
    {
        while (true)
        {
            await _due.WaitAsync(cancel).ConfigureAwait(false);
            long began = clock.GetTimestamp();
            report(conntrack.Cut(enforcer.Blocks));

            // A pass over a long list takes a tenth of the time at most.
            TimeSpan pause = clock.GetElapsedTime(began) * 9;
            await Task.Delay(pause > MinPause ? pause : MinPause, clock, cancel).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _due.Dispose();
}
