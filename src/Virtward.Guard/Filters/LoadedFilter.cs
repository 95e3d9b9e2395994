using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Headers;

namespace Virtward.Guard.Filters;

/// <summary>A filter that has been found and read, ready to be set to work on a source; each source gets one of its own.</summary>
public sealed record LoadedFilter
{
    /// <summary>Its name: a built-in's, or that of the file.</summary>
    public required string Name { get; init; }

    /// <summary>The log files that it is made for.</summary>
    public ImmutableArray<string> Logs { get; init; } = [];

    /// <summary>Which journal entries it is made for, see <see cref="JournalQuery.AnyOf"/>; empty: none.</summary>
    public ImmutableArray<ImmutableArray<JournalMatch>> Journal { get; init; } = [];

    /// <summary>The ports of the service that it watches.</summary>
    public ImmutableArray<PortScope> Ports { get; init; } = [];

    /// <summary>What a person should know of it: a slow or dangerous regular expression, a part that is not taken over.</summary>
    public ImmutableArray<Problem> Warnings { get; init; } = [];

    /// <summary>Sets it to work on one source, whose clock is given; the second argument is told of rules that are switched off.</summary>
    public required Func<StampClock, Action<Problem>, ILineFilter> Create { get; init; }
}
