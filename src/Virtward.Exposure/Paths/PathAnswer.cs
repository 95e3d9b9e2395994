using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Exposure.Paths;

/// <summary>Who gets through to a destination, to which of its addresses, at which ports, and which rules decide.</summary>
/// <param name="Sets">
/// The sources by the most open outcome that any of their packets gets, at any address and port that was asked about; with an example and the deciding rules for
/// each outcome.
/// </param>
/// <param name="Asked">All sources that were asked about.</param>
public sealed record PathAnswer(SourceSets Sets, PrefixSet Asked)
{
    /// <summary>The ports that somebody gets through to, be it by time or luck, by protocol; without those protocols of which there is none.</summary>
    public ImmutableArray<ProtocolPorts> Ports { get; init; } = [];

    /// <summary>The devices by which somebody gets in, as rules for IP name them (of a bridge's port the bridge); <c>host</c>: the host's own.</summary>
    public ImmutableArray<string> Via { get; init; } = [];

    /// <summary>Whether somebody gets there by a bridge alone, without the host's routing and IP's rules.</summary>
    public bool Bridged { get; init; }

    /// <summary>Who gets through, in words: <c>anyone in 192.168.122.0/24</c>, <c>nobody</c>.</summary>
    public string Words { get; init; } = "";

    /// <summary>The addresses that somebody gets through to.</summary>
    public PrefixSet Destinations => Sets.Destinations;

    /// <summary>Whether that is every address there that the routes lead to.</summary>
    public bool Whole { get; init; }

    /// <summary>Whether somebody gets through, for sure, by luck, or perhaps.</summary>
    public bool IsOpen => Words != "nobody";
}
