namespace Virtward.Core.Host;

/// <summary>How one thread waits for several things at once: poll(2), with a way for others to wake it.</summary>
public interface IWaiter : IDisposable
{
    /// <summary>Waits until one of them has something to do, <see cref="Wake"/> is called, or the time is up.</summary>
    /// <param name="what">What to wait for; it is not kept.</param>
    /// <param name="atMost">The longest wait.</param>
    void Wait(IReadOnlyList<IPollable> what, TimeSpan atMost);

    /// <summary>Ends the wait, or the next one if there is none now. From any thread.</summary>
    void Wake();
}
