using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Hardening.Plan;

namespace Virtward.Hardening.Transaction;

/// <summary>A plan to be applied.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="By">Who wants it.</param>
/// <param name="Within">How long a confirmation is waited for.</param>
public sealed record ApplyRequest(ClosingPlan Plan, Actor By, TimeSpan Within)
{
    /// <summary>Told what is being done.</summary>
    public Action<TransactionProgress> Progress { get; init; } = static _ => { };

    /// <summary>Looks, when everything is set, whether it came out as planned; a problem takes it all back.</summary>
    public Func<CancellationToken, Task<Result<Done>>> Verify { get; init; } = static _ => Task.FromResult<Result<Done>>(default(Done));
}
