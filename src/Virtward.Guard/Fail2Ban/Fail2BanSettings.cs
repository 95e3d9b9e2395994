using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban;

/// <summary>What a filter of fail2ban's needs from the host besides its files.</summary>
/// <param name="Clock">The time, for stamps without a year and lines without a stamp.</param>
/// <param name="Zone">The zone of stamps without one.</param>
public sealed record Fail2BanSettings(TimeProvider Clock, TimeZoneInfo Zone)
{
    /// <summary>Takes what a person should know while the filter runs: an expression switched off, names not looked up. Each once.</summary>
    public Action<Problem>? Warned { get; init; }
}
