using System.Collections.Immutable;
using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>
/// The devices at which frames come in from outside that may pass this host without meeting its IP layer: to guests on a bridge, or on a
/// macvtap. One part of the seam.
/// </summary>
public interface IUplinks : IDisposable
{
    /// <summary>Reads their names, in ordinal order.</summary>
    Result<ImmutableArray<string>> Read();

    /// <summary>Waits until a network device has changed in whatever way, or the time is up. Cheap: the kernel's own notification.</summary>
    /// <returns>Whether there was a change.</returns>
    ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel);
}
