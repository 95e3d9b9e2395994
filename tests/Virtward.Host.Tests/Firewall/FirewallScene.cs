using System.Net;
using System.Net.Sockets;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Host.Tests.Support;

namespace Virtward.Host.Tests.Firewall;

/// <summary>
/// A KVM host between namespaces that play the Internet (eth0), the management network (eth1), a VPN (wg0) and two guests (vnet0 on virbr0, vnet1 on virbr1), with everything
/// open until it gets the firewall of a policy.
/// </summary>
public sealed class FirewallScene : IDisposable
{
    private static readonly (string Name, string Command)[] Commands =
    [
        (SnapshotNames.Links, "ip -j -d link show"), (SnapshotNames.Addresses, "ip -j -d addr show"), (SnapshotNames.Routes, "ip -j -d -4 route show table all"),
        (SnapshotNames.Routes6, "ip -j -d -6 route show table all"), (SnapshotNames.Rules, "ip -j -d -4 rule show"), (SnapshotNames.Rules6, "ip -j -d -6 rule show"),
        (SnapshotNames.Neighbours, "ip -j neigh show"), (SnapshotNames.BridgeLinks, "bridge -j -d link show"), (SnapshotNames.BridgeFdb, "bridge -j fdb show"),
        (SnapshotNames.Sysctl, "sysctl -a --pattern ^net\\."), (SnapshotNames.NftText, "nft -a list ruleset"),
    ];

    private readonly List<Socket> _sockets = [];

    public FirewallScene()
    {
        foreach (NetworkNamespace one in All)
        {
            one.Sysctl("net.ipv6.conf.default.accept_dad", "0");
            one.Sysctl("net.ipv6.conf.all.accept_dad", "0");
        }

        Internet.Link(Host, "a0", "eth0");
        Management.Link(Host, "a0", "eth1");
        Vpn.Link(Host, "a0", "wg0");
        Host.Ip("link add virbr0 type bridge mcast_snooping 0");
        Host.Ip("link add virbr1 type bridge mcast_snooping 0");
        Host.Link(Guest, "vnet0", "e0");
        Host.Link(Other, "vnet1", "e0");
        Host.Ip("link set vnet0 master virbr0");
        Host.Ip("link set vnet1 master virbr1");
        Host.Ip("link set virbr0 up");
        Host.Ip("link set virbr1 up");
        Host.Address("eth0", "203.0.113.10/24", "2001:db8::10/64");
        Host.Address("eth1", "192.168.1.100/24", "fd00:1::100/64");
        Host.Address("wg0", "10.8.0.1/24");
        Host.Address("virbr0", "192.168.122.1/24", "fd00:122::1/64");
        Host.Address("virbr1", "192.168.123.1/24");
        Internet.Address("a0", "203.0.113.1/24", "203.0.113.77/24", "198.51.100.7/24", "192.168.1.66/32", "2001:db8::1/64", "2001:db8::77/64");
        Management.Address("a0", "192.168.1.5/24", "192.168.1.6/24", "fd00:1::5/64");
        Vpn.Address("a0", "10.8.0.5/24");
        Guest.Address("e0", "192.168.122.11/24", "fd00:122::11/64", "192.168.1.67/32");
        Other.Address("e0", "192.168.123.12/24");
        Host.Ip("route add default via 203.0.113.1");
        Host.Ip("-6 route add default via 2001:db8::1");
        foreach ((NetworkNamespace inside, string by) in new[] { (Management, "192.168.1.100"), (Vpn, "10.8.0.1"), (Guest, "192.168.122.1"), (Other, "192.168.123.1"), (Internet, "203.0.113.10") })
        {
            inside.Ip($"route add default via {by}");
        }

        Guest.Ip("-6 route add default via fd00:122::1");
        Management.Ip("-6 route add default via fd00:1::100");
        Internet.Ip("-6 route add default via 2001:db8::10");
        foreach (string name in new[] { "net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding" })
        {
            Host.Sysctl(name, "1");
        }

        foreach (string name in new[] { "all", "default", "eth0", "eth1", "wg0", "virbr0", "virbr1" })
        {
            Host.Sysctl($"net.ipv4.conf.{name}.rp_filter", "0");
        }
    }

    public NetworkNamespace Internet { get; } = new();

    public NetworkNamespace Management { get; } = new();

    public NetworkNamespace Vpn { get; } = new();

    public NetworkNamespace Host { get; } = new();

    public NetworkNamespace Guest { get; } = new();

    public NetworkNamespace Other { get; } = new();

    private NetworkNamespace[] All => [Internet, Management, Vpn, Host, Guest, Other];

    /// <summary>The sockets that the facts tell of.</summary>
    public List<Listener> Listeners { get; } = [];

    /// <summary>A policy for this host.</summary>
    public static HostPolicy Policy => DefaultPolicy.Read() with
    {
        Zones = [new("management", ["eth1"], [Prefix.Parse("192.168.1.0/24"), Prefix.Parse("fd00:1::/64")]), new("vpn", ["wg*"], [])],
        Services =
        [
            new("web", [new(Transport.Tcp, 80, 80)], ["internet"]), new("https", [new(Transport.Tcp, 443, 443)], ["internet"]), new("wireguard", [new(Transport.Udp, 51820, 51820)], ["internet"]),
            new("rated", [new(Transport.Tcp, 7000, 7000)], ["internet", "management"]) { Rate = new ServiceRate(3, TimeSpan.FromHours(1)) },
            new("guest-web", [new(Transport.Tcp, 8080, 8080)], ["management"]) { To = "guests" },
        ],
    };

    /// <summary>The host as the audit reads it.</summary>
    public AuditFacts Facts(HostPolicy policy)
    {
        var snapshot = new Snapshot();
        foreach ((string name, string command) in Commands)
        {
            string[] words = command.Split(' ');
            snapshot = snapshot.With(name, Host.Exec(words[0], words[1..]));
        }

        snapshot = snapshot.With(SnapshotNames.Listeners, ListenersText.Write([.. Listeners])).With(SnapshotNames.Meta, SnapshotMetaText.Write(new SnapshotMeta { Host = "kvm1", Root = true }));
        return new AuditFacts(HostFacts.Read(snapshot), policy, Profile.Isolated, DateTimeOffset.UnixEpoch);
    }

    /// <summary>Gives the host the firewall of a policy.</summary>
    /// <returns>The script.</returns>
    public string Close(HostPolicy policy)
    {
        AuditFacts facts = Facts(policy);
        string script = PolicyFirewall.Script(policy, facts, PolicyParts.Of(facts.Exposure.Ruleset));
        Host.Nft(script);
        return script;
    }

    /// <summary>A TCP listener of both families, which the facts tell of where it is the host's.</summary>
    public Socket Listen(NetworkNamespace inside, int port, string purpose = "")
    {
        Socket socket = inside.Run(() =>
        {
            var made = Keep(new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true });
            made.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            made.Listen(100);
            return made;
        });
        if (inside == Host)
        {
            Listeners.Add(new Listener { Protocol = "tcp", Number = 6, Address = Address.Parse("::"), Port = port, Purpose = purpose, Processes = [new ListenerProcess(1, purpose)] });
        }

        return socket;
    }

    /// <summary>Whether a TCP connection comes about; an answer that says no counts as none.</summary>
    public bool Connects(NetworkNamespace from, string source, string target, int port, double seconds = 0.4)
    {
        Socket? socket = Connect(from, source, target, port, seconds);
        return socket is not null;
    }

    /// <summary>A connection; null: none came about.</summary>
    public Socket? Connect(NetworkNamespace from, string source, string target, int port, double seconds = 0.4)
    {
        IPAddress own = IPAddress.Parse(source);
        Socket socket = from.Run(() => Keep(new Socket(own.AddressFamily, SocketType.Stream, ProtocolType.Tcp)));
        socket.Bind(new IPEndPoint(own, 0));
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
            socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(target), port), limit.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            return null;
        }
    }

    /// <summary>A UDP socket of both families.</summary>
    public Socket Receive(NetworkNamespace inside, int port) => inside.Run(() =>
    {
        var socket = Keep(new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true });
        socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        return socket;
    });

    /// <summary>Whether a datagram arrives.</summary>
    public bool Arrives(NetworkNamespace from, string source, string target, int port, Socket at)
    {
        IPAddress own = IPAddress.Parse(source);
        Socket socket = from.Run(() => Keep(new Socket(own.AddressFamily, SocketType.Dgram, ProtocolType.Udp)));
        socket.Bind(new IPEndPoint(own, 0));
        socket.SendTo(new byte[10], new IPEndPoint(IPAddress.Parse(target), port));
        bool came = at.Poll(300_000, SelectMode.SelectRead);
        if (came)
        {
            at.Receive(new byte[100]);
        }

        return came;
    }

    /// <summary>Whether an echo request is answered.</summary>
    public static bool Pings(NetworkNamespace from, string source, string target)
    {
        using var process = from.Start("ping", ["-c", "1", "-W", "1", "-I", source, target]);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    public void Dispose()
    {
        _sockets.ForEach(static socket => socket.Dispose());
        foreach (NetworkNamespace one in All)
        {
            one.Dispose();
        }
    }

    private Socket Keep(Socket socket)
    {
        _sockets.Add(socket);
        return socket;
    }
}
