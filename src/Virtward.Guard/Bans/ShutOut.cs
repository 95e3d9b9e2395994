namespace Virtward.Guard.Bans;

/// <summary>What bans come to, with both halves of what a prefix ban does: how many it shuts out, and how many of those attacked.</summary>
/// <param name="Bans">Bans.</param>
/// <param name="Prefixes">Those of them that were made from several attackers of a prefix.</param>
/// <param name="V4Addresses">IPv4 addresses that they shut out.</param>
/// <param name="V6Networks">IPv6 /64s that they shut out; a part of one counts as one.</param>
/// <param name="Attackers">How many of them attacked.</param>
public sealed record ShutOut(int Bans, int Prefixes, double V4Addresses, double V6Networks, long Attackers);
