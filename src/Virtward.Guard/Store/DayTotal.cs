using Virtward.Core.Time;

namespace Virtward.Guard.Store;

/// <summary>What one jail did on one day.</summary>
/// <param name="Day">The day's first moment, UTC.</param>
/// <param name="Jail">The jail.</param>
/// <param name="Bans">Bans that began, prefix bans included.</param>
/// <param name="PrefixBans">Bans of whole prefixes among them.</param>
/// <param name="Spared">Bans that the never-ban list forbade.</param>
/// <param name="Packets">Packets that were stopped.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record DayTotal(UnixTime Day, string Jail, long Bans, long PrefixBans, long Spared, long Packets, long Bytes);
