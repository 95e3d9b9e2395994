using Virtward.Commands;
using Virtward.Core.Results;
using Virtward.Guard;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sightings;

namespace Virtward.Control;

/// <summary>Listens to a guard that makes one change by hand: only troubles are told.</summary>
/// <param name="host">The streams.</param>
public sealed class QuietListener(CommandHost host) : IGuardListener
{
    /// <inheritdoc/>
    public void Sighted(string jail, string filter, in Sighting sighting)
    {
        // It follows no log.
    }

    /// <inheritdoc/>
    public void Decided(GuardEvent happened)
    {
        // The command itself says what it changed.
    }

    /// <inheritdoc/>
    public void Trouble(Problem problem) => host.Fail(problem);
}
