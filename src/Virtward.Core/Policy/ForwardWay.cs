using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>A zone that may open any connection to others through the host.</summary>
/// <param name="From">The zone that opens.</param>
/// <param name="To">The zones that it may reach.</param>
public sealed record ForwardWay(string From, ImmutableArray<string> To);
