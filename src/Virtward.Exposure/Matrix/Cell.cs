using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Paths;

namespace Virtward.Exposure.Matrix;

/// <summary>Who of one zone reaches one endpoint.</summary>
/// <param name="Zone">The zone's name.</param>
/// <param name="Sets">The sources by outcome, over all of the zone's entries and the endpoint's addresses: the most open answer counts.</param>
/// <param name="Asked">All sources that were asked about.</param>
/// <param name="Concern">How that is to be seen.</param>
/// <param name="Words">Who gets in, in words.</param>
public sealed record Cell(string Zone, SourceSets Sets, PrefixSet Asked, Concern Concern, string Words)
{
    /// <summary>For a guest or a zone: what somebody reaches of it, as text (<c>tcp 22, 80-90</c>, <c>tcp 53 at 192.168.1.5</c>); empty: does not apply.</summary>
    public string OpenPorts { get; init; } = "";

    /// <summary>The devices by which somebody gets in.</summary>
    public ImmutableArray<string> By { get; init; } = [];

    /// <summary>The same devices as rules for IP name them: of a bridge's port the bridge.</summary>
    public ImmutableArray<string> Via { get; init; } = [];

    /// <summary>Whether somebody gets there by a bridge alone, without the host's routing and IP's rules.</summary>
    public bool Bridged { get; init; }

    /// <summary>For a zone: what somebody reaches of it, exactly; <see cref="SourceSets.Destinations"/> are the addresses.</summary>
    public ImmutableArray<ProtocolPorts> Ports { get; init; } = [];
}
