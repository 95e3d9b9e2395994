using System.Net;
using System.Net.Sockets;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Enforcement;

/// <summary>The sockets of a scene: who listens, and who tries to get there. Closed with it.</summary>
/// <param name="internet">Where the attackers are.</param>
public sealed class SceneSockets(NetworkNamespace internet) : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>A listening socket inside a namespace, IPv4 and IPv6.</summary>
    public Socket Listen(NetworkNamespace inside, int port) => inside.Run(() =>
    {
        var socket = Keep(new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true });
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        socket.Listen(100);
        return socket;
    });

    /// <summary>A UDP socket inside a namespace, IPv4 and IPv6, that does not block.</summary>
    public Socket Receive(NetworkNamespace inside, int port) => inside.Run(() =>
    {
        var socket = Keep(new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true, Blocking = false });
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return socket;
    });

    /// <summary>Sends a datagram of some length from one of the attackers' addresses.</summary>
    public void Send(string source, string target, int port, int length)
    {
        IPAddress from = IPAddress.Parse(source);
        Socket socket = internet.Run(() => Keep(new Socket(from.AddressFamily, SocketType.Dgram, ProtocolType.Udp)));
        socket.Bind(new IPEndPoint(from, 0));
        socket.SendTo(new byte[length], new IPEndPoint(IPAddress.Parse(target), port));
    }

    /// <summary>Connects from one of the attackers' addresses; null where nothing answers within the time.</summary>
    public Socket? Connect(string source, string target, int port, double seconds)
    {
        IPAddress from = IPAddress.Parse(source);
        Socket socket = internet.Run(() => Keep(new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp)));
        socket.Bind(new IPEndPoint(from, 0));
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
            socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(target), port), limit.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>The connection comes through, however slow the machine is.</summary>
    public void Passes(string source, string target, int port) =>
        Xunit.Assert.True(Connect(source, target, port, 20) is not null, $"{source} should reach {target} port {port}");

    /// <summary>Nothing of the connection attempt comes through.</summary>
    public void IsDropped(string source, string target, int port) =>
        Xunit.Assert.True(Connect(source, target, port, 0.5) is null, $"{source} should not reach {target} port {port}");

    public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
