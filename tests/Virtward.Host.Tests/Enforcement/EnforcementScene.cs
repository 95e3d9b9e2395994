using System.Net.Sockets;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Enforcement;
using Virtward.Host.Tests.Support;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Host.Tests.Enforcement;

/// <summary>An Internet with attackers, a host, and a guest behind it, each a network namespace, with the guard's real firewall on the host.</summary>
public sealed class EnforcementScene : IDisposable
{
    public const string HostV4 = "198.51.0.1";
    public const string HostV6 = "2001:db8::1";
    public const string GuestV4 = "10.9.0.2";

    private readonly SceneSockets _sockets;

    public EnforcementScene()
    {
        _sockets = new SceneSockets(Internet);
        Internet.Link(Host, "a0", "h0");
        Host.Link(Guest, "g0", "e0");
        Host.Address("h0", $"{HostV4}/16", $"{HostV6}/48");
        Host.Address("g0", "10.9.0.1/24");
        Guest.Address("e0", $"{GuestV4}/24");
        Guest.Ip("route add default via 10.9.0.1");
        Internet.Address(
            "a0",
            "198.51.100.5/16", "198.51.100.77/16", "198.51.101.9/16",
            "2001:db8:0:100::5/48", "2001:db8:0:100:9::9/48", "2001:db8:0:101::5/48");
        Internet.Ip($"route add 10.9.0.0/24 via {HostV4}");
        Host.Sysctl("net.ipv4.ip_forward", "1");
        Host.Nft($$"""
            table ip nat {
                chain translate { type nat hook prerouting priority dstnat; tcp dport 2222 dnat to {{GuestV4}}:22; }
                chain track { type filter hook input priority filter; ct state established accept; }
            }
            """);
        Firewall = Host.Run(() => NftablesFirewall.Open(new ProcessCommands())).Value;
        Enforcer = new Enforcer(Firewall, TimeProvider.System, ban => Carve(ban.Target, Never));
        Enforcer.Reconcile([]);
    }

    public NetworkNamespace Internet { get; } = new();

    public NetworkNamespace Host { get; } = new();

    public NetworkNamespace Guest { get; } = new();

    public NftablesFirewall Firewall { get; }

    public Enforcer Enforcer { get; }

    /// <summary>The never-ban list of the scene: single addresses and prefixes.</summary>
    public List<Prefix> Never { get; } = [];

    public static Ban Ban(string target, double seconds = 3600, params PortScope[] ports) => new()
    {
        Target = Prefix.Parse(target),
        Jail = "sshd",
        Origin = BanOrigin.Jail,
        Since = UnixTime.Now(TimeProvider.System),
        Until = UnixTime.Now(TimeProvider.System) + TimeSpan.FromSeconds(seconds),
        Reason = "5 failed logins in 2 minutes",
        Ports = [.. ports],
    };

    public void Apply(params Ban[] bans)
    {
        var result = Enforcer.Apply([.. bans.Select(ban => new GuardEvent.Banned(ban.Since, ban))]);
        Xunit.Assert.True(result.IsOk, result.Problem?.ToString());
    }

    public Socket Listen(NetworkNamespace inside, int port) => _sockets.Listen(inside, port);

    public Socket? Connect(string source, string target, int port, double seconds) => _sockets.Connect(source, target, port, seconds);

    public void Passes(string source, string target, int port) => _sockets.Passes(source, target, port);

    public void IsDropped(string source, string target, int port) => _sockets.IsDropped(source, target, port);

    public void Dispose()
    {
        _sockets.Dispose();
        Firewall.Dispose();
        Internet.Dispose();
        Host.Dispose();
        Guest.Dispose();
    }

    /// <summary>What is left of a prefix without others.</summary>
    public static IReadOnlyList<Prefix> Carve(Prefix prefix, IReadOnlyCollection<Prefix> without)
    {
        if (without.Any(never => never.Contains(prefix)))
        {
            return [];
        }

        if (!without.Any(prefix.Overlaps))
        {
            return [prefix];
        }

        (Prefix lower, Prefix upper) = prefix.Split();
        return [.. Carve(lower, without), .. Carve(upper, without)];
    }
}
