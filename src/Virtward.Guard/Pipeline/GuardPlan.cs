using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Guard.Filters;

namespace Virtward.Guard.Pipeline;

/// <summary>What the policy comes to on this host: which filter each jail has, and which sources are read for which jails.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="Filters">Each jail's filter, by the jail's number; null for those that listen to our own bans.</param>
/// <param name="Sources">The sources; none is read twice.</param>
public sealed record GuardPlan(HostPolicy Policy, ImmutableArray<LoadedFilter?> Filters, ImmutableArray<SourcePlan> Sources);
