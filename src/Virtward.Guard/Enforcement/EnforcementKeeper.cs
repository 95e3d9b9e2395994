using Virtward.Core.Host;
using Virtward.Core.Results;

namespace Virtward.Guard.Enforcement;

/// <summary>
/// Keeps the bans in the kernel: compares and repairs as soon as anybody has changed any ruleset (<c>nft flush ruleset</c>, a deleted
/// table, a firewalld reload), and now and then anyway.
/// </summary>
/// <param name="enforcer">What repairs.</param>
/// <param name="firewall">What tells of changes.</param>
/// <param name="clock">Counts the pauses.</param>
public sealed class EnforcementKeeper(Enforcer enforcer, IFirewall firewall, TimeProvider clock)
{
    // A reload is many transactions: one comparison a moment later serves them all.
    private static readonly TimeSpan Coalescing = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Keeps on until cancelled.</summary>
    /// <param name="report">Takes what each comparison found, those that found nothing too.</param>
    /// <param name="cancel">Ends it; the bans stay in force.</param>
    public async Task RunAsync(Action<Result<Reconciliation>> report, CancellationToken cancel)
    {
        TimeSpan pause = Period;
        while (true)
        {
            if (await firewall.WaitForChangeAsync(pause, cancel).ConfigureAwait(false))
            {
                await Task.Delay(Coalescing, clock, cancel).ConfigureAwait(false);
            }

            Result<Reconciliation> result = enforcer.Reconcile();
            pause = result.IsOk && result.Value.Refused == 0 ? Period : Retry;
            report(result);
        }
    }
}
