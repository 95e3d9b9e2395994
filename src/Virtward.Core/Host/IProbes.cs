using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>Real packets to other hosts, as one part of the seam: what answers there?</summary>
public interface IProbes
{
    /// <summary>Opens a TCP connection and closes it at once.</summary>
    Task<ProbeAnswer> TcpAsync(Address address, int port, TimeSpan patience, CancellationToken cancel);

    /// <summary>Sends one datagram and waits for one back.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="port">The port.</param>
    /// <param name="payload">What is sent; a question that the service answers, or nobody can tell open from closed.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancel">Gives up.</param>
    Task<ProbeAnswer> UdpAsync(Address address, int port, ReadOnlyMemory<byte> payload, TimeSpan patience, CancellationToken cancel);

    /// <summary>The address that this machine sends from to another; a problem where there is no way there.</summary>
    Result<Address> SourceTo(Address address);

    /// <summary>The addresses of a name, or the address that it already is.</summary>
    Task<Result<IReadOnlyList<Address>>> ResolveAsync(string name, CancellationToken cancel);
}
