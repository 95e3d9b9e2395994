using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Network;

/// <summary>
/// The network facts of this host, from the kernel and a few files. It belongs to the network namespace of the thread that opened it; one
/// caller at a time.
/// </summary>
public sealed class KernelNetworkFacts : INetworkFacts
{
    private readonly NetlinkSocket _routes;
    private readonly NetlinkSocket _diagnostics;
    private readonly NetlinkWatch _watch;
    private readonly string _root;

    private KernelNetworkFacts(NetlinkSocket routes, NetlinkSocket diagnostics, NetlinkWatch watch, string root)
    {
        _routes = routes;
        _diagnostics = diagnostics;
        _watch = watch;
        _root = root;
    }

    /// <summary>Opens the facts in the calling thread's network namespace.</summary>
    /// <param name="root">The root directory for files.</param>
    public static Result<KernelNetworkFacts> Open(string root = "/")
    {
        NetlinkSocket? diagnostics = null;
        if (NetlinkSocket.Open(NetlinkProtocol.Route).TryGet(out NetlinkSocket? routes, out Problem? problem)
            && NetlinkSocket.Open(NetlinkProtocol.SocketDiagnostics).TryGet(out diagnostics, out problem)
            && NetlinkWatch.Open(NetlinkProtocol.Route, RouteTables.Groups).TryGet(out NetlinkWatch? watch, out problem))
        {
            return new KernelNetworkFacts(routes, diagnostics, watch, root);
        }

        routes?.Dispose();
        diagnostics?.Dispose();
        return problem;
    }

    /// <inheritdoc/>
    public NetworkFacts Read()
    {
        var unread = ImmutableArray.CreateBuilder<Problem>();
        var tables = new RouteTables(_routes);
        Result<List<TcpSocket>> sockets = new TcpSockets(_diagnostics).List();
        return new NetworkFacts
        {
            Own = Take(tables.OwnAddresses(), unread),
            Gateways = Take(tables.Gateways(), unread),
            Resolvers = Take(new ResolverFiles(_root).Read(), unread),
            Sessions = Take(
                sockets.IsOk ? Result<HashSet<Address>>.Ok(new SshSessions(_root).Peers(sockets.Value)) : sockets.Problem,
                unread),
            Unread = unread.ToImmutable(),
        };
    }

    /// <inheritdoc/>
    public ValueTask<bool> WaitForChangeAsync(TimeSpan atMost, CancellationToken cancel) => _watch.WaitAsync(atMost, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.Dispose();
        _routes.Dispose();
        _diagnostics.Dispose();
    }

    private static ImmutableSortedSet<Address> Take(Result<HashSet<Address>> read, ImmutableArray<Problem>.Builder unread)
    {
        if (read.TryGet(out HashSet<Address>? addresses, out Problem? problem))
        {
            return [.. addresses];
        }

        unread.Add(problem);
        return [];
    }
}
