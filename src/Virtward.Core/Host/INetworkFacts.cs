namespace Virtward.Core.Host;

/// <summary>What the host's network tells about whom it must not lose, as one part of the seam.</summary>
public interface INetworkFacts : IDisposable
{
    /// <summary>Reads what can be read now; what cannot is said in <see cref="NetworkFacts.Unread"/>.</summary>
    NetworkFacts Read();

    /// <summary>
    /// Waits until an address or a route has changed, or the time is up. Resolvers and sessions change without notice: read again every few
    /// seconds.
    /// </summary>
    /// <returns>Whether there was a change.</returns>
    ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel);
}
