using Virtward.Core.Net;

namespace Virtward.Guard.Store;

/// <summary>
/// What the kernel has dropped from one target since it was last told of. It is booked on the newest ban of that target, one in force
/// before one that is over.
/// </summary>
/// <param name="Target">A ban's target.</param>
/// <param name="Packets">Packets, as a difference.</param>
/// <param name="Bytes">Their bytes, as a difference.</param>
public readonly record struct StoppedTraffic(Prefix Target, long Packets, long Bytes);
