using System.Collections.Immutable;

namespace Virtward.Hardening.Firewall;

/// <summary>A zone as rules for IP see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Ways">Where its packets come in.</param>
public sealed record FirewallZone(string Name, ImmutableArray<FirewallWay> Ways);
