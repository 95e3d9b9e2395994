using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// The clock of a replay: the log's own stamps, never going back. No line can push it past the time that the replay is run at, and a
/// jump of more than a day is believed only when a second line says the same: one forged or broken stamp must not age every attempt away.
/// </summary>
/// <param name="notAfter">The latest time that any line can be of: the machine's own time.</param>
public sealed class LogClock(UnixTime notAfter)
{
    private static readonly TimeSpan Jump = TimeSpan.FromDays(1);
    private static readonly TimeSpan Agreement = TimeSpan.FromHours(1);
    private UnixTime _claimed = UnixTime.None;

    /// <summary>The time; <see cref="UnixTime.None"/> before the first stamp.</summary>
    public UnixTime Now { get; private set; } = UnixTime.None;

    /// <summary>Takes the stamp of the next line, in the log's order.</summary>
    /// <returns>The time now.</returns>
    public UnixTime Take(UnixTime stamp)
    {
        if (!stamp.IsKnown || stamp > notAfter || stamp <= Now)
        {
            return Now;
        }

        bool agreed = _claimed.IsKnown && (stamp - _claimed).Duration() <= Agreement;
        if (!Now.IsKnown || stamp - Now <= Jump || agreed)
        {
            Now = stamp;
            _claimed = UnixTime.None;
        }
        else
        {
            _claimed = stamp;
        }

        return Now;
    }
}
