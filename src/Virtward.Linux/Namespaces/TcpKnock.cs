using System.Net;
using System.Net.Sockets;
using Virtward.Core.Net;

namespace Virtward.Linux.Namespaces;

/// <summary>Tries to open a TCP connection from a chosen address.</summary>
public static class TcpKnock
{
    /// <summary>Whether a connection came about within the time. No answer at all and a refusal are both no.</summary>
    public static async Task<bool> TryAsync(Address from, Address to, ushort port, TimeSpan atMost, CancellationToken cancel)
    {
        IPAddress source = from.ToIPAddress();
        using var socket = new Socket(source.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(atMost);
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(new IPEndPoint(to.ToIPAddress(), port), limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
