using Virtward.Guard.Sightings;

namespace Virtward.Guard.Pipeline;

/// <summary>What takes the results of a replay, in the log's order.</summary>
public interface IReplayListener
{
    /// <summary>A line was understood.</summary>
    /// <param name="filter">The filter's name.</param>
    /// <param name="sighting">Valid during the call only.</param>
    void Sighted(string filter, in Sighting sighting);

    /// <summary>The jails decided something.</summary>
    void Decided(GuardEvent happened);
}
