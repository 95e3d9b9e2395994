using System.Net;
using System.Net.Sockets;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;

namespace Virtward.Linux.Sockets;

/// <summary>Probes by this machine's own sockets; needs no root.</summary>
public sealed class HostProbes : IProbes
{
    private const int MaxAnswer = 2048;

    /// <inheritdoc/>
    public async Task<ProbeAnswer> TcpAsync(Address address, int port, TimeSpan patience, CancellationToken cancel)
    {
        using var socket = new Socket(FamilyOf(address), SocketType.Stream, ProtocolType.Tcp);
        return await WithinAsync(patience, async limit => await socket.ConnectAsync(new IPEndPoint(address.ToIPAddress(), port), limit), cancel);
    }

    /// <inheritdoc/>
    public async Task<ProbeAnswer> UdpAsync(Address address, int port, ReadOnlyMemory<byte> payload, TimeSpan patience, CancellationToken cancel)
    {
        using var socket = new Socket(FamilyOf(address), SocketType.Dgram, ProtocolType.Udp);
        byte[] answer = new byte[MaxAnswer];
        return await WithinAsync(
            patience,
            async limit =>
            {
                // Connected, so that ICMP errors come back as errors of this socket (udp(7)).
                await socket.ConnectAsync(new IPEndPoint(address.ToIPAddress(), port), limit);
                _ = await socket.SendAsync(payload, limit);
                _ = await socket.ReceiveAsync(answer, limit);
            },
            cancel);
    }

    /// <inheritdoc/>
    public Result<Address> SourceTo(Address address)
    {
        try
        {
            // A connected datagram socket has its source chosen by the routing tables, and nothing is sent.
            using var socket = new Socket(FamilyOf(address), SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(new IPEndPoint(address.ToIPAddress(), 9));
            return Address.From(((IPEndPoint)socket.LocalEndPoint!).Address);
        }
        catch (SocketException failure)
        {
            return new Problem($"there is no way to this address: {failure.Message}", address.ToString(), "check this machine's routes");
        }
    }

    /// <inheritdoc/>
    public async Task<Result<IReadOnlyList<Address>>> ResolveAsync(string name, CancellationToken cancel)
    {
        if (Address.TryParse(name, out Address address))
        {
            return Result<IReadOnlyList<Address>>.Ok([address]);
        }

        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(name, cancel);
            Address[] usable = [.. found.Where(static one => one.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6).Select(Address.From)];
            return usable.Length > 0 ? Result<IReadOnlyList<Address>>.Ok(usable) : new Problem("the name has no address", name, "write an IP address");
        }
        catch (Exception failure) when (failure is SocketException or ArgumentException)
        {
            return new Problem($"the name has no address: {failure.Message}", name, "write an IP address");
        }
    }

    private static async Task<ProbeAnswer> WithinAsync(TimeSpan patience, Func<CancellationToken, Task> probe, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(patience);
        try
        {
            await probe(limit.Token);
            return ProbeAnswer.Open;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ProbeAnswer.Silent;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode switch
            {
                SocketError.ConnectionRefused or SocketError.ConnectionReset => ProbeAnswer.Refused,
                SocketError.TimedOut => ProbeAnswer.Silent,
                _ => ProbeAnswer.Unreachable,
            };
        }
    }

    private static AddressFamily FamilyOf(Address address) => address.IsV4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
}
