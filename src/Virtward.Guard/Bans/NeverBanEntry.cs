using Virtward.Core.Net;

namespace Virtward.Guard.Bans;

/// <summary>Addresses that are never banned, and why.</summary>
/// <param name="Prefix">The addresses.</param>
/// <param name="Reason">What they are, a noun: "this host's gateway", "policy: never-ban".</param>
public sealed record NeverBanEntry(Prefix Prefix, string Reason);
