using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>What one jail counts against one subject, below the limit.</summary>
/// <param name="Jail">The jail's name.</param>
/// <param name="Subject">An IPv4 address, or an IPv6 /64.</param>
/// <param name="LastSeen">The engine's time when it was last seen.</param>
/// <param name="ForgivenAt">When a success last cleared its attempts; <see cref="UnixTime.None"/> if never.</param>
/// <param name="Attempts">
/// The times of the counted attempts, oldest first, in microseconds since the epoch; fewer than the jail's limit. An attempt that counts
/// as several is there several times.
/// </param>
public sealed record AttackerRecord(
    string Jail, Prefix Subject, UnixTime LastSeen, UnixTime ForgivenAt, ImmutableArray<long> Attempts);
