using Virtward.Core.Net;

namespace Virtward.Guard.Store;

/// <summary>What came from one prefix.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Bans">Bans that began inside it.</param>
/// <param name="Targets">Distinct addresses or prefixes that they kept out.</param>
/// <param name="Packets">Packets that they stopped.</param>
public sealed record PrefixTotal(Prefix Prefix, int Bans, int Targets, long Packets);
