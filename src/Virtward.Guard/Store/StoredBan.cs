using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store;

/// <summary>A ban as the store knows it, in force or past.</summary>
/// <param name="Ban">The ban as it was decided.</param>
/// <param name="Ended">When it ended; null while it is in force (or has expired while no guard ran).</param>
/// <param name="Cause">Why it ended; null while it has not.</param>
/// <param name="Packets">Packets it has stopped, as far as told.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record StoredBan(Ban Ban, UnixTime? Ended, UnbanCause? Cause, long Packets, long Bytes)
{
    /// <summary>Whether it keeps its target out at a time.</summary>
    public bool IsInForce(UnixTime at) => Ended is null && Ban.Until > at;
}
