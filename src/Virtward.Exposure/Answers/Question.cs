using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Answers;

/// <summary>Who can reach this endpoint, coming in here? The packets asked about are the first of a new flow.</summary>
/// <param name="Entry">The device they come in by (a bridge's port where one is meant); <c>host</c>: made by the host itself.</param>
/// <param name="Destination">The address that they are sent to (before any translation).</param>
/// <param name="Protocol">The transport protocol's number.</param>
/// <param name="Port">The destination port; 0 where the protocol has none.</param>
public sealed record Question(string Entry, Address Destination, int Protocol, int Port)
{
    /// <summary>Whether frames are addressed to a neighbour's hardware address, so that a bridge passes them on.</summary>
    public bool Bridged { get; init; }

    /// <summary>Asks about all ports of an interval at once, instead of one; <see cref="SourceSets.OpenPorts"/> says which of them somebody reaches.</summary>
    public ValueRange? Ports { get; init; }

    /// <summary>Which sources are asked about; null: all of the destination's family.</summary>
    public PrefixSet? From { get; init; }

    /// <summary>
    /// Asks about all of these destinations at once, instead of one, of the same family as <see cref="Destination"/>;
    /// <see cref="SourceSets.Destinations"/> says which of them somebody reaches.
    /// </summary>
    public PrefixSet? To { get; init; }

    /// <summary>Whether packets count only that arrive at the address they were sent to; one that a rule forwards elsewhere is that forward's affair.</summary>
    public bool Straight { get; init; }

    /// <summary>Of what rules hand to sockets at the host (<c>tproxy</c>), only what one of these takes counts; empty: all.</summary>
    public ImmutableArray<LocalSocket> Takers { get; init; } = [];

    /// <summary>Whether nothing counts but what a rule has handed to one of <see cref="Takers"/>.</summary>
    public bool Handed { get; init; }

    /// <summary>Where packets must arrive to count (<c>host</c>, or the devices they leave by); empty: anywhere.</summary>
    public ImmutableArray<string> Arriving { get; init; } = [];
}
