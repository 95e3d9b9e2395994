using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>How often one jail has banned one subject, so that the next ban lasts longer.</summary>
/// <param name="Jail">The jail's name; "prefix" for prefix bans.</param>
/// <param name="Subject">An IPv4 address, an IPv6 /64, or for the jail "prefix" the banned prefix.</param>
/// <param name="Count">The bans so far; 1 or more.</param>
/// <param name="LastBan">When the last one began.</param>
/// <param name="ForgetAt">When the count is forgotten.</param>
public sealed record RepeatRecord(string Jail, Prefix Subject, int Count, UnixTime LastBan, UnixTime ForgetAt);
