using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// Keeps the bans in the kernel: compares and repairs as soon as anybody has changed any ruleset (<c>nft flush ruleset</c>, a deleted
/// table, a firewalld reload), or a bridge has got another uplink, and now and then anyway.
/// </summary>
/// <param name="enforcer">What repairs.</param>
/// <param name="firewall">What tells of changed rulesets.</param>
/// <param name="uplinks">What tells of changed devices; null where none are looked for.</param>
/// <param name="clock">Counts the pauses.</param>
/// <param name="policy">The policy's rules, which whoever flushes the bans flushes too; null where nobody keeps them.</param>
public sealed class EnforcementKeeper(Enforcer enforcer, IFirewall firewall, IUplinks? uplinks, TimeProvider clock, PolicyRules? policy = null)
{
    // A reload is many transactions: one comparison a moment later serves them all.
    private static readonly TimeSpan Coalescing = TimeSpan.FromMilliseconds(20);

    // Devices change in bursts too, and nobody's ban is undone by it.
    private static readonly TimeSpan DeviceCoalescing = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Keeps on until cancelled.</summary>
    /// <param name="report">Takes what each comparison found, those that found nothing too.</param>
    /// <param name="cancel">Ends it; the bans stay in force.</param>
    public async Task RunAsync(Action<Result<Reconciliation>> report, CancellationToken cancel)
    {
        TimeSpan pause = policy?.Restore() == false ? Retry : Period;
        long compared = clock.GetTimestamp();
        while (true)
        {
            TimeSpan left = pause - clock.GetElapsedTime(compared);
            (bool rules, bool devices) = await WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancel).ConfigureAwait(false);
            if (rules || devices)
            {
                await Task.Delay(rules ? Coalescing : DeviceCoalescing, clock, cancel).ConfigureAwait(false);
            }

            // Guests come and go all day, and their devices with them: that is no reason to read all bans.
            if (devices && !rules && !enforcer.IsElsewhere())
            {
                continue;
            }

            // What closes the host goes first.
            bool closed = policy?.Restore() != false;
            Result<Reconciliation> result = enforcer.Reconcile();
            compared = clock.GetTimestamp();
            pause = closed && result.IsOk && result.Value.Refused == 0 ? Period : Retry;
            report(result);
        }
    }

    // Waits for either. A notification that comes while the other wait is called off is not lost: it is taken, or left for the next one.
    private async Task<(bool Rules, bool Devices)> WaitAsync(TimeSpan atMost, CancellationToken cancel)
    {
        if (uplinks is null)
        {
            return (await firewall.WaitForChangeAsync(atMost, cancel).ConfigureAwait(false), false);
        }

        using var other = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task<bool> rules = firewall.WaitForChangeAsync(atMost, other.Token).AsTask();
        Task<bool> devices = uplinks.WaitForChangeAsync(atMost, other.Token).AsTask();
        await Task.WhenAny(rules, devices).ConfigureAwait(false);
        await other.CancelAsync().ConfigureAwait(false);
        Task both = Task.WhenAll(rules, devices);
        await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        return (Came(rules), Came(devices));
    }

    private static bool Came(Task<bool> wait) => wait.IsCompletedSuccessfully && wait.Result;
}
