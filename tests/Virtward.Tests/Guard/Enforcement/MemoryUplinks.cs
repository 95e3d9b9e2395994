using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Tests.Guard.Enforcement;

/// <summary>Uplinks that a test names.</summary>
public sealed class MemoryUplinks : IUplinks
{
    /// <summary>Their names, or why they cannot be read.</summary>
    public Result<ImmutableArray<string>> Devices { get; set; } = ImmutableArray<string>.Empty;

    /// <summary>What happens right after the next reading; then no more.</summary>
    public Action? AfterReading { get; set; }

    public Result<ImmutableArray<string>> Read()
    {
        Result<ImmutableArray<string>> devices = Devices;
        Action? after = AfterReading;
        AfterReading = null;
        after?.Invoke();
        return devices;
    }

    public async ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel)
    {
        await Task.Delay(atMost, cancel);
        return false;
    }

    public void Dispose()
    {
        // There is nothing to close.
    }
}
