using Virtward.Guard.Sightings;

namespace Virtward.Guard.Filters.Rules;

/// <summary>What a filter does with a line that one of a rule's templates or its regular expression matches.</summary>
/// <param name="Name">Its name, told with every sighting.</param>
/// <param name="Kind">What a match says.</param>
/// <param name="Series">The number of its series in the filter; -1: each line counts by itself.</param>
public sealed record Rule(string Name, SightingKind Kind, int Series);
