using System.Net.Sockets;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Guard;
using Virtward.Guard.Enforcement;
using Virtward.Host.Tests.Support;
using Virtward.Linux.Network;
using Xunit;

namespace Virtward.Host.Tests.Enforcement;

/// <summary>Real packets between namespaces against the real firewall: what is banned is dropped, and nothing else.</summary>
public sealed class PacketTests : IDisposable
{
    private readonly EnforcementScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData("198.51.100.5", "198.51.100.5", "198.51.100.77", EnforcementScene.HostV4)]
    [InlineData("198.51.100.0/24", "198.51.100.77", "198.51.101.9", EnforcementScene.HostV4)]
    [InlineData("198.51.100.64/27", "198.51.100.77", "198.51.100.5", EnforcementScene.HostV4)]
    [InlineData("2001:db8:0:100::5", "2001:db8:0:100::5", "2001:db8:0:100:9::9", EnforcementScene.HostV6)]
    [InlineData("2001:db8:0:100::/64", "2001:db8:0:100:9::9", "2001:db8:0:101::5", EnforcementScene.HostV6)]
    public void A_ban_shuts_out_its_target_and_not_the_neighbour(string target, string inside, string outside, string host)
    {
        _scene.Listen(_scene.Host, 22);
        _scene.Passes(inside, host, 22);
        _scene.Apply(EnforcementScene.Ban(target));
        _scene.IsDropped(inside, host, 22);
        _scene.Passes(outside, host, 22);
        Assert.Equal([Prefix.Parse(target)], _scene.Enforcer.ReadCounts().Value.Keys);
        Assert.InRange(_scene.Enforcer.ReadCounts().Value[Prefix.Parse(target)].Packets, 1ul, 1000ul);
        Assert.InRange(_scene.Enforcer.ReadDropped().Value.Packets, 1ul, 1000ul);
    }

    [Fact]
    public void The_never_banned_pass_inside_a_banned_prefix()
    {
        _scene.Never.Add(Prefix.Parse("198.51.100.77"));
        _scene.Never.Add(Prefix.Parse("2001:db8:0:100:9::9"));
        _scene.Listen(_scene.Host, 22);
        _scene.Apply(EnforcementScene.Ban("198.51.100.0/24"), EnforcementScene.Ban("2001:db8:0:100::/56"));
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
        _scene.Passes("198.51.100.77", EnforcementScene.HostV4, 22);
        _scene.IsDropped("2001:db8:0:100::5", EnforcementScene.HostV6, 22);
        _scene.Passes("2001:db8:0:100:9::9", EnforcementScene.HostV6, 22);
    }

    [Fact]
    public void A_ban_of_ports_leaves_the_others_open()
    {
        _scene.Listen(_scene.Host, 22);
        _scene.Listen(_scene.Host, 5950);
        _scene.Listen(_scene.Host, 80);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5", 3600, new(Transport.Tcp, 22, 22), new(Transport.Tcp, 5900, 5999)));
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 5950);
        _scene.Passes("198.51.100.5", EnforcementScene.HostV4, 80);
        _scene.Passes("198.51.100.77", EnforcementScene.HostV4, 22);
    }

    [Fact]
    public void Guests_behind_the_host_are_covered_forwarded_and_translated()
    {
        _scene.Listen(_scene.Guest, 22);
        _scene.Passes("198.51.100.5", EnforcementScene.GuestV4, 22);
        _scene.Passes("198.51.100.5", EnforcementScene.HostV4, 2222);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"));
        _scene.IsDropped("198.51.100.5", EnforcementScene.GuestV4, 22);
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 2222);
        _scene.Passes("198.51.100.77", EnforcementScene.GuestV4, 22);
        _scene.Passes("198.51.100.77", EnforcementScene.HostV4, 2222);
    }

    [Fact]
    public void The_hosts_loopback_is_never_looked_at()
    {
        _scene.Listen(_scene.Host, 22);
        _scene.Host.Run(() =>
        {
            using var before = new TcpClient("127.0.0.1", 22);
        });
        _scene.Apply(EnforcementScene.Ban("127.0.0.0/8"), EnforcementScene.Ban(EnforcementScene.HostV4));
        _scene.Host.Run(() =>
        {
            using var after = new TcpClient("127.0.0.1", 22);
            using var own = new TcpClient(EnforcementScene.HostV4, 22);
        });
    }

    [Fact]
    public void A_ban_ends_by_itself_and_a_newer_one_extends_it()
    {
        _scene.Listen(_scene.Host, 22);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5", 3), EnforcementScene.Ban("198.51.100.77", 3));
        _scene.Apply(EnforcementScene.Ban("198.51.100.5", 3600));

        // The client repeats its SYN until it passes, so this ends when the kernel lets go.
        _scene.Passes("198.51.100.77", EnforcementScene.HostV4, 22);
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
    }

    [Fact]
    public void A_lifted_ban_lets_in_again()
    {
        _scene.Listen(_scene.Host, 22);
        var ban = EnforcementScene.Ban("198.51.100.5");
        _scene.Apply(ban);
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
        _scene.Enforcer.Apply([new GuardEvent.Unbanned(ban.Since, ban, Guard.Bans.UnbanCause.ByHand)]);
        _scene.Passes("198.51.100.5", EnforcementScene.HostV4, 22);
    }

    [Fact]
    public async Task Open_connections_of_the_banned_are_cut_and_no_others()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        using Socket listener = _scene.Listen(_scene.Host, 22);
        using Socket guest = _scene.Listen(_scene.Guest, 22);
        Assert.NotNull(_scene.Connect("198.51.100.5", EnforcementScene.HostV4, 22, 20));
        using Socket banned = await listener.AcceptAsync(cancel);
        Assert.NotNull(_scene.Connect("198.51.100.77", EnforcementScene.HostV4, 22, 20));
        using Socket spared = await listener.AcceptAsync(cancel);
        Assert.NotNull(_scene.Connect("198.51.100.5", EnforcementScene.GuestV4, 22, 20));
        Assert.NotNull(_scene.Connect("198.51.100.5", EnforcementScene.HostV4, 2222, 20));
        using KernelConntrack conntrack = _scene.Host.Run(KernelConntrack.Open).Value;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var cutter = new ConnectionCutter(_scene.Enforcer, conntrack, TimeProvider.System);
        var cut = new TaskCompletionSource<Result<CutConnections>>();
        Task running = cutter.RunAsync(result => cut.TrySetResult(result), stop.Token);

        _scene.Never.Add(Prefix.Parse("198.51.100.77"));
        _scene.Apply(EnforcementScene.Ban("198.51.100.0/24"));
        cutter.Request();
        CutConnections done = (await cut.Task.WaitAsync(TimeSpan.FromSeconds(30), cancel)).Value;

        // To the host, to the guest, and to the guest by translation.
        Assert.Equal(3, done.Tracked);
        Assert.Equal(1, done.Sockets);
        var error = await Assert.ThrowsAsync<SocketException>(async () => await banned.ReceiveAsync(new byte[1], SocketFlags.None, cancel));
        Assert.Equal(SocketError.ConnectionAborted, error.SocketErrorCode);
        Assert.Equal(1, await spared.SendAsync(new byte[1], SocketFlags.None, cancel));
        Assert.Contains("198.51.100.77", _scene.Host.Exec("conntrack", ["-L"]), StringComparison.Ordinal);
        Assert.DoesNotContain("src=198.51.100.5 ", _scene.Host.Exec("conntrack", ["-L"]), StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Whatever_flushes_our_table_it_is_back_by_itself()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        _scene.Listen(_scene.Host, 22);
        _scene.Apply([.. Enumerable.Range(0, 250).Select(i => EnforcementScene.Ban($"198.51.100.{i}")), EnforcementScene.Ban("2001:db8:0:100::/64")]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var keeper = new EnforcementKeeper(_scene.Enforcer, _scene.Firewall, null, TimeProvider.System);
        int rebuilt = 0;
        Task running = Task.Run(() => keeper.RunAsync(result => rebuilt += result.IsOk && result.Value.Rebuilt ? 1 : 0, stop.Token), cancel);

        string[] damages =
        [
            "flush ruleset",
            "delete table inet virtward",
            "flush ruleset\ntable inet filter {\n chain input { type filter hook input priority filter; policy accept; }\n}\n",
            "flush chain inet virtward guard_prerouting",
            "flush set inet virtward ban4_32",
            "insert rule inet virtward guard_prerouting accept",
        ];
        foreach (string damage in damages)
        {
            int before = rebuilt;
            _scene.Host.Nft(damage);
            await Eventually.HoldsAsync(
                () => Count("ban4_32") == 250 && Count("ban6_64") == 1 && (damage.Contains("ban4_32") || rebuilt > before), damage);
            _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
            _scene.IsDropped("2001:db8:0:100::5", EnforcementScene.HostV6, 22);
            _scene.Passes("198.51.101.9", EnforcementScene.HostV4, 22);
        }

        for (int i = 0; i < 20; i++)
        {
            _scene.Host.Nft("flush ruleset");
        }

        await Eventually.HoldsAsync(() => Count("ban4_32") == 250 && Count("ban6_64") == 1, "twenty flushes in a row");
        await Eventually.HoldsAsync(() => _scene.Firewall.ReadTable("virtward").Value.Chains.ContainsKey("guard_prerouting"), "the chain is back");
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void A_second_start_takes_over_what_the_first_left()
    {
        _scene.Listen(_scene.Host, 22);
        var stays = EnforcementScene.Ban("198.51.100.5");
        _scene.Apply(stays, EnforcementScene.Ban("198.51.100.77"));
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
        ulong counted = _scene.Enforcer.ReadCounts().Value[stays.Target].Packets;

        var second = new Enforcer(_scene.Firewall, TimeProvider.System, static ban => [ban.Target]);
        Reconciliation found = second.Reconcile([stays]).Value;
        Assert.Equal((0, 0, 1), (found.Added, found.Renewed, found.Removed));
        Assert.InRange(second.ReadCounts().Value[stays.Target].Packets, counted, 1000ul);
        _scene.IsDropped("198.51.100.5", EnforcementScene.HostV4, 22);
        _scene.Passes("198.51.100.77", EnforcementScene.HostV4, 22);
        Assert.True(second.Flush().IsOk);
        _scene.Passes("198.51.100.5", EnforcementScene.HostV4, 22);
        Assert.Contains("ip nat", _scene.Firewall.Tables().Value);
    }

    private int Count(string set)
    {
        int count = 0;
        _scene.Firewall.ReadSet("virtward", set, _ => count++);
        return count;
    }
}
