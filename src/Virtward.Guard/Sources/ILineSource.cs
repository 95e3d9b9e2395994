using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>One source as the reading thread turns it: it never waits by itself.</summary>
public interface ILineSource : IDisposable
{
    /// <summary>Hands on what there is, as far as its turn goes.</summary>
    /// <param name="changed">The numbers of watches that have reported a change.</param>
    /// <param name="lookAround">Whether to look at everything, reported or not.</param>
    /// <returns>Whether there is more to hand on at once.</returns>
    bool Turn(ISet<int> changed, bool lookAround);

    /// <summary>What becomes readable when there is something to do; null where the shared watch tells.</summary>
    IPollable? Readiness { get; }

    /// <summary>The longest time until the next turn.</summary>
    TimeSpan Patience { get; }

    /// <summary>How far everything has been handed on.</summary>
    IEnumerable<SourcePosition> Positions();

    /// <summary>Where it puts its lines, and what it has done so far.</summary>
    SourceOutput Output { get; }
}
