namespace Virtward.Guard.Sightings;

/// <summary>What takes sightings: the jails, a tally, a printer.</summary>
public interface ISightingSink
{
    /// <summary>Takes one sighting of one filter.</summary>
    /// <param name="filter">The filter's index in its <c>FilterSet</c>.</param>
    /// <param name="sighting">Valid during the call only.</param>
    void Accept(int filter, in Sighting sighting);
}
