using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Host.Tests.Exposure.Truth.Scene;

/// <summary>What the kernel did with a packet (or several alike).</summary>
internal sealed record Observation
{
    /// <summary>Accept, reject or drop; limited where some of several came through.</summary>
    public Outcome Verdict { get; init; } = Outcome.Drop;

    /// <summary>Where it came out: <c>host</c>, or the device (the bridge's port) that it left by.</summary>
    public string? To { get; init; }

    /// <summary>All places where it came out, once each.</summary>
    public ImmutableArray<string> Everywhere { get; init; } = [];

    /// <summary>The source address as it arrived.</summary>
    public Address Source { get; init; }

    /// <summary>The destination address as it arrived.</summary>
    public Address Destination { get; init; }

    /// <summary>The source port as it arrived.</summary>
    public int SourcePort { get; init; }

    /// <summary>The destination port as it arrived.</summary>
    public int DestinationPort { get; init; }

    /// <summary>What its sender was told: <c>tcp-reset</c>, <c>icmp 3.1</c>, ….</summary>
    public string? With { get; init; }

    /// <summary>How many were sent.</summary>
    public int Sent { get; init; } = 1;

    /// <summary>Which of them arrived, counted from 0.</summary>
    public ImmutableArray<int> AcceptedIndex { get; init; } = [];

    public override string ToString() =>
        $"{Verdict}{(To is null ? "" : $" to {string.Join('+', Everywhere)} as {Source}:{SourcePort} > {Destination}:{DestinationPort}")}"
        + $"{(With is null ? "" : $" with {With}")}{(Sent == 1 ? "" : $" [{string.Join(' ', AcceptedIndex)}] of {Sent}")}";
}
