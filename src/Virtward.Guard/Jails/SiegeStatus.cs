using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>The siege watch as a status shows it.</summary>
/// <param name="Since">When the siege began; <see cref="UnixTime.None"/> if there is none.</param>
/// <param name="Reason">What left its normal range, with the numbers; empty if there is none.</param>
/// <param name="Sources">The distinct sources that failed in the window, on the whole host.</param>
/// <param name="Failures">Their failures.</param>
/// <param name="Normal">What is normal for both.</param>
public sealed record SiegeStatus(UnixTime Since, string Reason, int Sources, long Failures, NormalLevel Normal)
{
    /// <summary>Whether there is a siege.</summary>
    public bool IsActive => Since.IsKnown;
}
