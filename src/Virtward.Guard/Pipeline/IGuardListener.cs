using Virtward.Core.Results;
using Virtward.Guard.Sightings;

namespace Virtward.Guard.Pipeline;

/// <summary>Who is told what the guard does, on the guard's thread: the log, the output of <c>guard run --json</c>.</summary>
public interface IGuardListener
{
    /// <summary>A line was understood.</summary>
    /// <param name="jail">The jail that listens.</param>
    /// <param name="filter">Its filter's name.</param>
    /// <param name="sighting">Valid during the call only.</param>
    void Sighted(string jail, string filter, in Sighting sighting);

    /// <summary>The guard decided something, and the kernel has been told.</summary>
    void Decided(GuardEvent happened);

    /// <summary>Something that a person should hear of; the guard goes on.</summary>
    void Trouble(Problem problem);
}
