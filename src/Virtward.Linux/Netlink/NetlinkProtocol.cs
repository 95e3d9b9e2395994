namespace Virtward.Linux.Netlink;

/// <summary>The netlink protocols that are spoken here (linux/netlink.h).</summary>
public enum NetlinkProtocol
{
    /// <summary>Addresses, links and routes: rtnetlink(7).</summary>
    Route = 0,

    /// <summary>Sockets: sock_diag(7).</summary>
    SocketDiagnostics = 4,

    /// <summary>nftables and connection tracking: nfnetlink.</summary>
    Netfilter = 12,
}
