using System.Runtime;

namespace Virtward.Daemon;

/// <summary>
/// Puts garbage collection off while much is loaded that stays: whatever is there by then would be looked through and moved again and
/// again. Where there is no memory for that, or more is needed than was said, it is collected as ever.
/// </summary>
public sealed class CollectLater : IDisposable
{
    private readonly bool _begun;

    /// <summary>Begins; the memory is set aside, and becomes resident only as it is used.</summary>
    /// <param name="bytes">How much will be allocated.</param>
    public CollectLater(long bytes)
    {
        try
        {
            _begun = GCSettings.LatencyMode != GCLatencyMode.NoGCRegion && GC.TryStartNoGCRegion(bytes);
        }
        catch (ArgumentOutOfRangeException)
        {
            // More than this collector can set aside at all.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It has ended by itself where more was needed.
        if (_begun && GCSettings.LatencyMode == GCLatencyMode.NoGCRegion)
        {
            GC.EndNoGCRegion();
        }
    }
}
