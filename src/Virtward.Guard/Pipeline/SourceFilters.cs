using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Headers;

namespace Virtward.Guard.Pipeline;

/// <summary>The filters of one source, set to work on it.</summary>
/// <param name="Filters">The filters; they remember earlier lines of this source.</param>
/// <param name="JailOf">Each filter's jail, by the filter's number.</param>
public sealed record SourceFilters(FilterSet Filters, ImmutableArray<int> JailOf)
{
    /// <summary>Sets the filters of some jails to work on one source.</summary>
    /// <param name="filters">The jails' filters, by the jail's number.</param>
    /// <param name="jails">The jails that listen; those without a filter are left out.</param>
    /// <param name="clock">The source's clock.</param>
    /// <param name="report">Told of rules that have to be switched off.</param>
    public static SourceFilters Start(
        ImmutableArray<LoadedFilter?> filters, IEnumerable<int> jails, StampClock clock, Action<Problem> report)
    {
        ImmutableArray<int> listening = [.. jails.Where(jail => filters[jail] is not null)];
        return new SourceFilters(new FilterSet([.. listening.Select(jail => filters[jail]!.Create(clock, report))]), listening);
    }
}
