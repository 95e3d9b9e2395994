using Virtward.Core.Net;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Enforcement;
using Virtward.Host.Tests.Support;
using Virtward.Linux.Commands;
using Virtward.Linux.Network;
using Virtward.Linux.Nftables;

namespace Virtward.Host.Tests.Enforcement;

/// <summary>
/// A guest on a bridge with the host's uplink, each a network namespace: frames between the Internet and the guest never meet the
/// host's IP layer, which has not even an address there. The uplink is a macvlan upon a veth, for a veth alone would look like a
/// container's.
/// </summary>
public sealed class BridgeScene : IDisposable
{
    public const string GuestV4 = "198.51.0.2";
    public const string GuestV6 = "2001:db8::2";

    private readonly CancellationTokenSource _stop = new();
    private Task? _keeping;

    public BridgeScene()
    {
        Sockets = new SceneSockets(Internet);
        Internet.Link(Host, "a0", "wire0");
        Host.Link(Guest, "vnet0", "e0");
        Host.Ip("link add br0 type bridge mcast_snooping 0");
        Host.Ip("link set br0 up");
        Host.Ip("link set vnet0 master br0");
        AddUplink("up0");
        Guest.Address("e0", $"{GuestV4}/16", $"{GuestV6}/48");
        Internet.Address(
            "a0", "198.51.100.5/16", "198.51.100.77/16", "198.51.101.9/16", "2001:db8:0:100::5/48", "2001:db8:0:101::5/48");
        Firewall = Host.Run(() => NftablesFirewall.Open(new ProcessCommands())).Value;
        Uplinks = Host.Run(KernelUplinks.Open).Value;
        Enforcer = new Enforcer(Firewall, TimeProvider.System, ban => EnforcementScene.Carve(ban.Target, Never), Uplinks);
        Enforcer.Reconcile([]);
    }

    public NetworkNamespace Internet { get; } = new();

    public NetworkNamespace Host { get; } = new();

    public NetworkNamespace Guest { get; } = new();

    public NftablesFirewall Firewall { get; }

    public KernelUplinks Uplinks { get; }

    public Enforcer Enforcer { get; }

    public SceneSockets Sockets { get; }

    /// <summary>The never-ban list of the scene: single addresses and prefixes.</summary>
    public List<Prefix> Never { get; } = [];

    /// <summary>How many comparisons of the keeper rebuilt something.</summary>
    public int Rebuilt { get; private set; }

    /// <summary>Whether rules hang on devices.</summary>
    public bool HasIngress => Firewall.ReadTable("virtward").Value.Chains.ContainsKey("guard_ingress");

    public void AddUplink(string name)
    {
        Host.Ip($"link add link wire0 name {name} type macvlan mode passthru");
        Host.Ip($"link set {name} up");
        Host.Ip($"link set {name} master br0");
    }

    public void Apply(params Ban[] bans)
    {
        var result = Enforcer.Apply([.. bans.Select(ban => new GuardEvent.Banned(ban.Since, ban))]);
        Xunit.Assert.True(result.IsOk, result.Problem?.ToString());
    }

    /// <summary>Keeps the rules where they belong until the end of the scene.</summary>
    public void Keep()
    {
        var keeper = new EnforcementKeeper(Enforcer, Firewall, Uplinks, TimeProvider.System);
        _keeping = Task.Run(() => keeper.RunAsync(result => Rebuilt += result.IsOk && result.Value.Rebuilt ? 1 : 0, _stop.Token));
    }

    public void Dispose()
    {
        _stop.Cancel();
        Xunit.Assert.ThrowsAny<OperationCanceledException>(() => (_keeping ?? Task.FromCanceled(_stop.Token)).GetAwaiter().GetResult());
        _stop.Dispose();
        Sockets.Dispose();
        Uplinks.Dispose();
        Firewall.Dispose();
        Internet.Dispose();
        Host.Dispose();
        Guest.Dispose();
    }
}
