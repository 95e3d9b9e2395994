using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>The parts of the host that sources need.</summary>
/// <param name="Files">Log files.</param>
/// <param name="Journals">The journal.</param>
/// <param name="Waiter">How the reading thread waits.</param>
/// <param name="Clock">The clock.</param>
public sealed record SourceHost(ILogFiles Files, IJournals Journals, IWaiter Waiter, TimeProvider Clock);
