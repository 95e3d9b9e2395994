using System.Collections.Immutable;
using Virtward.Guard.Filters.Needles;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters;

/// <summary>
/// What turns lines into sightings. A filter may remember earlier lines (one login attempt writes several), so it is fed every line
/// of its source in order, by one thread; of files at least those that bear one of its <see cref="Signatures"/>.
/// </summary>
public interface ILineFilter
{
    /// <summary>The filter's name, as jails refer to it.</summary>
    string Name { get; }

    /// <summary>
    /// What lines of files look like that matter to the filter: each bears at least one of these. Empty: any line may matter.
    /// </summary>
    ImmutableArray<Signature> Signatures => [];

    /// <summary>
    /// Whether what a line says may depend on the line right before it, of whatever kind: then it is told of that by
    /// <see cref="PassOver"/> where it was not shown.
    /// </summary>
    bool LooksBack => false;

    /// <summary>Takes note of a line that bears none of the <see cref="Signatures"/>; of several in a row, of the last one.</summary>
    void PassOver(ReadOnlySpan<byte> line)
    {
    }

    /// <summary>Takes one line and hands on what it says, if anything.</summary>
    /// <param name="line">The line.</param>
    /// <param name="index">This filter's number, passed on to the sink.</param>
    /// <param name="sink">What takes the sightings.</param>
    /// <returns>Whether a rule of the filter matched.</returns>
    bool Accept(in LogLine line, int index, ISightingSink sink);
}
