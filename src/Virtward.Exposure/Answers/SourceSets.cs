using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Exposure.Answers;

/// <summary>
/// The sources by what becomes of their packets. Each source is in exactly one set: the most open of what any of its packets (any source port,
/// length, time to live …) can get for sure; <see cref="Outcome.Limited"/> where only time or luck lets one through, <see cref="Outcome.Unproven"/> where only an
/// uninterpreted rule might.
/// </summary>
/// <param name="Accepted">They arrive.</param>
/// <param name="Limited">They arrive by time or luck.</param>
/// <param name="Unproven">They may.</param>
/// <param name="Rejected">They are told no.</param>
/// <param name="Dropped">They are not.</param>
public sealed record SourceSets(PrefixSet Accepted, PrefixSet Limited, PrefixSet Unproven, PrefixSet Rejected, PrefixSet Dropped)
{
    /// <summary>An example for each set that is not empty, with what decided.</summary>
    public ImmutableArray<Witness> Witnesses { get; init; } = [];

    /// <summary>What the answer hangs on beside the packets, in words.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>Where accepted packets end up: <c>host</c>, or interfaces; with translations several.</summary>
    public ImmutableArray<string> Arrivals { get; init; } = [];

    /// <summary>The ports that some source reaches, be it by time or luck; those asked about, or none.</summary>
    public PortSet OpenPorts { get; init; } = PortSet.Empty;

    /// <summary>The same for each question, where several were asked at once, in their order.</summary>
    public ImmutableArray<PortSet> PortsByQuestion { get; init; } = [];

    /// <summary>Where many destinations were asked about: those that some source reaches, be it by time or luck.</summary>
    public PrefixSet Destinations { get; init; } = PrefixSet.Empty;

    /// <summary>The set for an outcome.</summary>
    public PrefixSet this[Outcome outcome] => outcome switch
    {
        Outcome.Accept => Accepted,
        Outcome.Limited => Limited,
        Outcome.Unproven => Unproven,
        Outcome.Reject => Rejected,
        _ => Dropped,
    };
}
