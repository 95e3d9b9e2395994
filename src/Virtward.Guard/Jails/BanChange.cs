using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Jails;

/// <summary>
/// A ban that began or ended. One that ended as <see cref="UnbanCause.Folded"/> stays in <see cref="GuardState.Folded"/> until its own
/// time is up, it begins again, or it ends for another cause.
/// </summary>
/// <param name="Ban">The ban; its target and jail are its key.</param>
/// <param name="At">When.</param>
/// <param name="Ended">Why it ended; null where it began.</param>
public sealed record BanChange(Ban Ban, UnixTime At, UnbanCause? Ended);
