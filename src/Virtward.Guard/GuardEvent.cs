using Virtward.Core.Time;

namespace Virtward.Guard;

/// <summary>Something the guard decided; what the store, the enforcement, the replay's output and the status are fed with.</summary>
/// <param name="Time">When, on the guard's clock (the log's own in a replay).</param>
public abstract record GuardEvent(UnixTime Time)
{
    /// <summary>An address or prefix is banned from now on.</summary>
    public sealed record Banned(UnixTime Time, Bans.Ban Ban) : GuardEvent(Time);

    /// <summary>A ban is over.</summary>
    public sealed record Unbanned(UnixTime Time, Bans.Ban Ban, Bans.UnbanCause Cause) : GuardEvent(Time);

    /// <summary>A ban would have fallen, and the never-ban list forbade all of it.</summary>
    public sealed record Spared(UnixTime Time, Bans.Ban Ban) : GuardEvent(Time);

    /// <summary>A siege has begun: limits are tight from now on.</summary>
    /// <param name="Time">When.</param>
    /// <param name="Reason">What left its normal range, with the numbers.</param>
    public sealed record SiegeBegan(UnixTime Time, string Reason) : GuardEvent(Time);

    /// <summary>The siege is over.</summary>
    /// <param name="Time">When.</param>
    /// <param name="Lasted">How long it was.</param>
    public sealed record SiegeEnded(UnixTime Time, TimeSpan Lasted) : GuardEvent(Time);
}
