using Virtward.Core.Net;

namespace Virtward.Exposure.Matrix;

/// <summary>A change of who reaches an endpoint from a zone.</summary>
/// <param name="Endpoint">The endpoint, as it is now where it still is.</param>
/// <param name="Zone">The zone.</param>
/// <param name="Opened">The sources that reach it now and did not.</param>
/// <param name="Closed">The sources that reached it and do not any more.</param>
public sealed record ExposureChange(Endpoint Endpoint, string Zone, PrefixSet Opened, PrefixSet Closed)
{
    /// <summary>For a guest or a zone: whether more ports or addresses of it are reached than before.</summary>
    public bool Wider { get; init; }

    /// <summary>For a guest or a zone: whether some ports or addresses of it are not reached any more.</summary>
    public bool Narrower { get; init; }

    /// <summary>Whether anything became reachable.</summary>
    public bool Opens => Wider || !Opened.IsEmpty;

    /// <summary>Whether anything became unreachable.</summary>
    public bool Closes => Narrower || !Closed.IsEmpty;

    /// <summary>Who reached it, in words.</summary>
    public string Before { get; init; } = "";

    /// <summary>Who reaches it, in words.</summary>
    public string After { get; init; } = "";

    /// <summary>For a guest: the ports that were reached, as text.</summary>
    public string PortsBefore { get; init; } = "";

    /// <summary>For a guest: the ports that are reached, as text.</summary>
    public string PortsAfter { get; init; } = "";
}
