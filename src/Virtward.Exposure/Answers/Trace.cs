using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Exposure.Answers;

/// <summary>What became of one packet (or of several alike), and why.</summary>
/// <param name="Verdict">The outcome; for several packets <see cref="Outcome.Limited"/> where some arrive and some do not.</param>
public sealed record Trace(Outcome Verdict)
{
    /// <summary>Where it went: <c>host</c>, or the interface (the bridge's port where that is known) that it left by; null where it went nowhere.</summary>
    public string? To { get; init; }

    /// <summary>The source address as it arrives.</summary>
    public Address? Source { get; init; }

    /// <summary>The destination address as it arrives.</summary>
    public Address? Destination { get; init; }

    /// <summary>The source port as it arrives.</summary>
    public int SourcePort { get; init; }

    /// <summary>The destination port as it arrives.</summary>
    public int DestinationPort { get; init; }

    /// <summary>What the sender of a rejected packet is told.</summary>
    public string? With { get; init; }

    /// <summary>What decided, in the order that the packet met it: one for each base chain with rules that it met, and what the kernel did by itself.</summary>
    public ImmutableArray<Decision> Why { get; init; } = [];

    /// <summary>What the answer hangs on beside the packet, in words: limits, sets that packets fill, rules that could not be interpreted.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];

    /// <summary>For several packets: which of them arrived, counted from 0.</summary>
    public ImmutableArray<int> AcceptedIndex { get; init; } = [];
}
