using Virtward.Core.Net;

namespace Virtward.Guard.Jails;

/// <summary>A prefix with as many attackers as it takes to ban it.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Members">The distinct attackers in the window.</param>
/// <param name="Within">The span they came in; at most the window.</param>
public readonly record struct PrefixFinding(Prefix Prefix, int Members, TimeSpan Within);
