using System.Collections.Immutable;
using Virtward.Core.Results;

namespace Virtward.Guard.Filters.Definitions;

/// <summary>What came of reading a filter file.</summary>
/// <param name="Filter">The filter; null where there are problems.</param>
/// <param name="Problems">Everything that is wrong, each with its line and column.</param>
/// <param name="Warnings">What is allowed, and slow or easy to mislead.</param>
public sealed record FilterReading(FilterDefinition? Filter, ImmutableArray<Problem> Problems, ImmutableArray<Problem> Warnings);
