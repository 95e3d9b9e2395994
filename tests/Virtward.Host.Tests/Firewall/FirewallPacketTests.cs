using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Guard;
using Virtward.Guard.Enforcement;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Preflight;
using Virtward.Host.Tests.Enforcement;
using Virtward.Host.Tests.Support;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;
using Xunit;

namespace Virtward.Host.Tests.Firewall;

/// <summary>The policy's firewall on a real kernel, with real packets from every zone, held against what the engine says of the same rules.</summary>
public sealed class FirewallPacketTests : IDisposable
{
    private readonly FirewallScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void The_kernel_takes_it_again_and_again_and_lists_what_the_engine_read()
    {
        _scene.Listen(_scene.Host, 22, "ssh");
        AuditFacts open = _scene.Facts(FirewallScene.Policy);
        string script = _scene.Close(FirewallScene.Policy);
        Assert.Contains(FirewallDifference.Of(open.Exposure.Ruleset!, script).Value, static line => line.StartsWith("+ policy_from_management: tcp dport 22 accept", StringComparison.Ordinal));
        string first = _scene.Host.Exec("nft", ["list", "ruleset"]);
        Assert.Equal(script, _scene.Close(FirewallScene.Policy));
        Assert.Equal(first, _scene.Host.Exec("nft", ["list", "ruleset"]));
        AuditFacts live = _scene.Facts(FirewallScene.Policy);
        Assert.Empty(FirewallDifference.Of(live.Exposure.Ruleset!, script).Value);
        Ruleset planned = PlannedRuleset.Of(Ruleset.Empty, script).Value;
        foreach (Table table in planned.Tables)
        {
            Table listed = Assert.Single(live.Exposure.Ruleset!.Tables, one => one.Family == table.Family && one.Name == table.Name);
            Assert.Equal(table.Chains.Select(static chain => $"{chain.Name} {chain.Rules.Length}").Order(), listed.Chains.Select(static chain => $"{chain.Name} {chain.Rules.Length}").Order());
        }

        string other = _scene.Close(FirewallScene.Policy with { Services = [], Firewall = new FirewallPolicy { Output = [new(Transport.Tcp, 443, 443)], Log = false }, Ipv6 = Ipv6Policy.Off });
        Assert.Contains("delete set inet virtward policy_rate_rated_3_hour_4", other, StringComparison.Ordinal);
        Assert.Contains("policy_output", _scene.Host.Exec("nft", ["list", "ruleset"]), StringComparison.Ordinal);
        _scene.Close(FirewallScene.Policy);
        Assert.Equal(first.Split('\n').Order(), _scene.Host.Exec("nft", ["list", "ruleset"]).Split('\n').Order());
        _scene.Host.Nft("table inet virtward { set ban4_32 { type ipv4_addr; flags timeout; }; }");
        _scene.Host.Nft(PolicyFirewall.Removal(_scene.Facts(FirewallScene.Policy).Exposure.Ruleset!, tables: true));
        string left = _scene.Host.Exec("nft", ["list", "ruleset"]);
        Assert.Contains("ban4_32", left, StringComparison.Ordinal);
        Assert.DoesNotContain("policy_", left, StringComparison.Ordinal);
        Assert.DoesNotContain("bridge", left, StringComparison.Ordinal);
    }

    [Fact]
    public void Packets_and_the_engine_agree_and_both_do_as_the_policy_says()
    {
        _scene.Host.Nft("""
            table ip nat {
                chain prerouting { type nat hook prerouting priority dstnat; iifname "eth0" tcp dport 443 dnat to 192.168.122.11:8443; iifname "eth0" tcp dport 2222 dnat to 192.168.122.11:22; }
            }
            """);
        foreach (int port in new[] { 22, 53, 80, 5900 })
        {
            _scene.Listen(_scene.Host, port, port == 22 ? "ssh" : "");
        }

        foreach (NetworkNamespace inside in new[] { _scene.Guest, _scene.Other, _scene.Management, _scene.Internet, _scene.Vpn })
        {
            foreach (int port in new[] { 22, 80, 8080, 8443 })
            {
                _scene.Listen(inside, port);
            }
        }

        (NetworkNamespace From, string Device, string Source, string Target, int Port, bool Open)[] ways =
        [
            (_scene.Internet, "eth0", "203.0.113.77", "203.0.113.10", 22, false), (_scene.Internet, "eth0", "203.0.113.77", "203.0.113.10", 80, true),
            (_scene.Internet, "eth0", "203.0.113.77", "203.0.113.10", 5900, false), (_scene.Internet, "eth0", "198.51.100.7", "203.0.113.10", 443, true),
            (_scene.Internet, "eth0", "198.51.100.7", "203.0.113.10", 2222, false), (_scene.Internet, "eth0", "203.0.113.77", "192.168.122.11", 8443, false),
            (_scene.Internet, "eth0", "203.0.113.77", "192.168.1.5", 80, false), (_scene.Internet, "eth0", "203.0.113.77", "192.168.1.100", 22, false),
            (_scene.Internet, "eth0", "2001:db8::77", "2001:db8::10", 22, false), (_scene.Internet, "eth0", "2001:db8::77", "2001:db8::10", 80, true),
            (_scene.Internet, "eth0", "2001:db8::77", "fd00:122::11", 80, false),
            (_scene.Management, "eth1", "192.168.1.5", "192.168.1.100", 22, true), (_scene.Management, "eth1", "fd00:1::5", "fd00:1::100", 22, true),
            (_scene.Management, "eth1", "192.168.1.5", "192.168.1.100", 5900, false), (_scene.Management, "eth1", "192.168.1.5", "192.168.122.11", 8080, true),
            (_scene.Management, "eth1", "192.168.1.5", "192.168.122.11", 22, false), (_scene.Management, "eth1", "192.168.1.5", "203.0.113.77", 80, false),
            (_scene.Vpn, "wg0", "10.8.0.5", "10.8.0.1", 22, true), (_scene.Vpn, "wg0", "10.8.0.5", "10.8.0.1", 80, false),
            (_scene.Guest, "vnet0", "192.168.122.11", "192.168.122.1", 53, true), (_scene.Guest, "vnet0", "192.168.122.11", "192.168.122.1", 22, false),
            (_scene.Guest, "vnet0", "192.168.122.11", "203.0.113.10", 80, false), (_scene.Guest, "vnet0", "192.168.122.11", "192.168.1.5", 80, false),
            (_scene.Guest, "vnet0", "192.168.122.11", "10.8.0.5", 80, false), (_scene.Guest, "vnet0", "192.168.122.11", "192.168.123.12", 80, false),
            (_scene.Guest, "vnet0", "192.168.122.11", "203.0.113.77", 80, true), (_scene.Guest, "vnet0", "fd00:122::11", "2001:db8::77", 80, true),
            (_scene.Guest, "vnet0", "fd00:122::11", "fd00:1::5", 80, false),
        ];
        Assert.All(ways, way => Assert.True(_scene.Connects(way.From, way.Source, way.Target, way.Port, 5) || way is { Port: 443 or 2222 }, $"before: {way.Source} to {way.Target} {way.Port}"));
        _scene.Close(FirewallScene.Policy);
        AuditFacts facts = _scene.Facts(FirewallScene.Policy);
        foreach ((NetworkNamespace from, string device, string source, string target, int port, bool open) in ways)
        {
            bool real = _scene.Connects(from, source, target, port, open ? 5 : 0.4);
            var packet = new Packet { Iif = device, Source = Address.Parse(source), Destination = Address.Parse(target), Protocol = ProtocolNames.Tcp, DestinationPort = port };
            Outcome said = new Tracer(facts.Exposure.Ruleset!, facts.Host.Network, new TracerOptions { ListeningTcp = [22, 53, 80, 5900] }).Trace(packet).Verdict;
            Assert.True(real == open && (said == Outcome.Accept) == open, $"{source} by {device} to {target} port {port}: should be {(open ? "open" : "closed")}; packets {real}, engine {said}");
        }

        Assert.True(FirewallScene.Pings(_scene.Management, "192.168.1.5", "192.168.1.100"));
        Assert.True(FirewallScene.Pings(_scene.Management, "fd00:1::5", "fd00:1::100"));
        Assert.True(FirewallScene.Pings(_scene.Guest, "192.168.122.11", "192.168.122.1"));
        Assert.False(FirewallScene.Pings(_scene.Internet, "203.0.113.77", "203.0.113.10"));
        Assert.False(FirewallScene.Pings(_scene.Internet, "2001:db8::77", "2001:db8::10"));

        // The host's own connections, and neighbours found anew.
        _scene.Host.Ip("neigh flush all");
        Assert.True(_scene.Connects(_scene.Host, "203.0.113.10", "203.0.113.77", 80, 5));
        Assert.True(_scene.Connects(_scene.Host, "2001:db8::10", "2001:db8::77", 80, 5));
    }

    [Fact]
    public void Forged_sources_and_loopbacks_addresses_do_not_arrive()
    {
        Socket at = _scene.Receive(_scene.Host, 51820);
        _scene.Host.Sysctl("net.ipv4.conf.all.route_localnet", "1");
        _scene.Host.Sysctl("net.ipv4.conf.eth0.route_localnet", "1");
        _scene.Internet.Ip("route add 127.0.0.9/32 via 203.0.113.10");
        _scene.Internet.Ip("rule add pref 1 to 127.0.0.9 lookup main");
        _scene.Close(FirewallScene.Policy with { Firewall = new FirewallPolicy { AntiSpoofing = false } });
        Assert.True(_scene.Arrives(_scene.Internet, "203.0.113.77", "203.0.113.10", 51820, at));
        Assert.True(_scene.Arrives(_scene.Internet, "192.168.1.66", "203.0.113.10", 51820, at));
        _scene.Close(FirewallScene.Policy);
        Assert.True(_scene.Arrives(_scene.Internet, "203.0.113.77", "203.0.113.10", 51820, at));
        Assert.True(_scene.Arrives(_scene.Internet, "198.51.100.7", "203.0.113.10", 51820, at));
        Assert.False(_scene.Arrives(_scene.Internet, "192.168.1.66", "203.0.113.10", 51820, at));
        Assert.False(_scene.Arrives(_scene.Guest, "192.168.1.67", "203.0.113.10", 51820, at));
        Assert.False(_scene.Arrives(_scene.Guest, "192.168.122.11", "203.0.113.10", 51820, at));
    }

    [Fact]
    public void A_rate_counts_by_source_and_ipv6_by_its_64()
    {
        _scene.Listen(_scene.Host, 7000);
        _scene.Management.Address("a0", "fd00:1::6/64");
        _scene.Close(FirewallScene.Policy);
        bool Tries(string source, string target) => _scene.Connects(_scene.Management, source, target, 7000, 0.8);
        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => Tries("192.168.1.5", "192.168.1.100")));
        Assert.True(Tries("192.168.1.6", "192.168.1.100"));
        Assert.Equal([true, true, true, false], new[] { "fd00:1::5", "fd00:1::6", "fd00:1::5", "fd00:1::6" }.Select(source => Tries(source, "fd00:1::100")));

        // Established connections are not counted, and what was used up stays so over a reload.
        _scene.Close(FirewallScene.Policy);
        Assert.False(Tries("192.168.1.5", "192.168.1.100"));
        Assert.True(Tries("192.168.1.6", "192.168.1.100"));
    }

    [Fact]
    public async Task Connections_live_through_every_load_and_new_ones_meet_no_hole()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        Socket listener = _scene.Listen(_scene.Host, 22, "ssh");
        Socket web = _scene.Listen(_scene.Host, 80);
        using Socket before = Assert.IsType<Socket>(_scene.Connect(_scene.Management, "192.168.1.5", "192.168.1.100", 22, 5));
        using Socket accepted = await listener.AcceptAsync(cancel);
        string script = _scene.Close(FirewallScene.Policy);

        // On a host that has tracked nothing so far the first word is the host's: what it says is known from then on.
        await Echoes(accepted, before, cancel);
        await Echoes(before, accepted, cancel);
        var slowest = TimeSpan.Zero;
        TimeSpan undisturbed = TimeSpan.Zero;
        int count = 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task probing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                // A full queue of connections that nobody takes would be a hole, too.
                var watch = Stopwatch.StartNew();
                Assert.True(_scene.Connects(_scene.Internet, "203.0.113.77", "203.0.113.10", 80, 5), "a new connection while rules are replaced");
                slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
                web.Accept().Dispose();
                count++;
            }
        }, cancel);
        for (int quiet = 0; quiet < 30; quiet++)
        {
            await Task.Delay(20, cancel);
            await Echoes(before, accepted, cancel);
        }

        undisturbed = slowest;
        slowest = TimeSpan.Zero;
        for (int load = 0; load < 30; load++)
        {
            _scene.Host.Nft(load % 2 == 0 ? script : script.Replace("tcp dport 80 accept", "tcp dport { 80, 81 } accept", StringComparison.Ordinal));
            await Echoes(before, accepted, cancel);
        }

        await stop.CancelAsync();
        await probing;
        TestContext.Current.TestOutputHelper!.WriteLine($"30 loads, {count} new connections meanwhile, the slowest {slowest.TotalMilliseconds:F1} ms; before, without loads, {undisturbed.TotalMilliseconds:F1} ms");
        Assert.True(count > 30);
    }

    [Fact]
    public async Task The_guard_keeps_its_part_and_the_policy_its_own_and_a_flush_takes_neither_for_long()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("virtward-firewall-");
        using NftablesFirewall firewall = _scene.Host.Run(() => NftablesFirewall.Open(new ProcessCommands())).Value;
        var enforcer = new Enforcer(firewall, TimeProvider.System, static ban => [ban.Target]);
        enforcer.Reconcile([]);
        enforcer.Apply([new GuardEvent.Banned(UnixTime.Now(TimeProvider.System), EnforcementScene.Ban("198.51.100.7"))]);
        var told = new ConcurrentQueue<Result<bool>>();
        int rebuilt = 0;
        string path = Path.Combine(folder.FullName, "firewall.nft");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var keeper = new EnforcementKeeper(enforcer, firewall, null, TimeProvider.System, new PolicyRules(firewall, new HostTextFiles(), path, told.Enqueue));
        Task running = Task.Run(() => keeper.RunAsync(result => rebuilt += result.IsOk && result.Value.Rebuilt ? 1 : 0, stop.Token), cancel);
        try
        {
            _scene.Listen(_scene.Host, 80);
            _scene.Listen(_scene.Host, 5900);
            _scene.Close(FirewallScene.Policy);
            await Task.Delay(300, cancel);
            Assert.Equal(0, rebuilt);
            Assert.False(_scene.Connects(_scene.Internet, "198.51.100.7", "203.0.113.10", 80));
            Assert.True(_scene.Connects(_scene.Internet, "203.0.113.77", "203.0.113.10", 80, 5));

            // Not confirmed: no file, and nobody puts anything back but the bans.
            _scene.Host.Nft("flush ruleset");
            await Eventually.HoldsAsync(() => rebuilt == 1, "the bans are back");
            Assert.True(_scene.Connects(_scene.Internet, "203.0.113.77", "203.0.113.10", 5900, 5));
            Assert.False(_scene.Connects(_scene.Internet, "198.51.100.7", "203.0.113.10", 5900));

            await File.WriteAllTextAsync(path, FirewallChange.RulesFile(FirewallScene.Policy, _scene.Facts(FirewallScene.Policy)), cancel);
            foreach (string damage in new[] { "flush ruleset", "delete table inet virtward", "flush chain inet virtward policy_forward\nflush chain inet virtward policy_input\ndelete chain inet virtward policy_input" })
            {
                _scene.Host.Nft(damage);
                await Eventually.HoldsAsync(() => firewall.ReadTable("virtward").Value.Chains is { } chains && chains.ContainsKey("policy_input") && chains.ContainsKey("guard_prerouting"), damage);
                Assert.False(_scene.Connects(_scene.Internet, "203.0.113.77", "203.0.113.10", 5900));
                Assert.True(_scene.Connects(_scene.Internet, "203.0.113.77", "203.0.113.10", 80, 5));
                await Eventually.HoldsAsync(() => !_scene.Connects(_scene.Internet, "198.51.100.7", "203.0.113.10", 80), "the ban is back");
            }

            Assert.All(told, static one => Assert.True(one.IsOk && one.Value));
            Assert.InRange(told.Count, 3, 10);

            // A file that nft does not take is told once, and taken as soon as it is mended.
            await File.WriteAllTextAsync(path, "table inet virtward { chain policy_input { nonsense; }; }", cancel);
            _scene.Host.Nft("flush ruleset");
            await Eventually.HoldsAsync(() => told.Any(static one => !one.IsOk), "the trouble is told");
            await File.WriteAllTextAsync(path, FirewallChange.RulesFile(FirewallScene.Policy, _scene.Facts(FirewallScene.Policy)), cancel);
            await Eventually.HoldsAsync(() => firewall.ReadTable("virtward").Value.Chains.ContainsKey("policy_input"), "mended");
            Assert.Single(told, static one => !one.IsOk);
        }
        finally
        {
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_host_opens_what_it_may_and_nothing_by_ipv6_where_that_is_off()
    {
        foreach (int port in new[] { 80, 8080 })
        {
            _scene.Listen(_scene.Internet, port);
        }

        _scene.Listen(_scene.Host, 80);
        _scene.Close(FirewallScene.Policy with { Firewall = new FirewallPolicy { Output = [new(Transport.Tcp, 80, 80)] } });
        Assert.True(_scene.Connects(_scene.Host, "203.0.113.10", "203.0.113.77", 80, 5));
        Assert.True(_scene.Connects(_scene.Host, "2001:db8::10", "2001:db8::77", 80, 5));
        Assert.False(_scene.Connects(_scene.Host, "203.0.113.10", "203.0.113.77", 8080));
        Assert.False(_scene.Connects(_scene.Host, "2001:db8::10", "2001:db8::77", 8080));
        Assert.True(_scene.Connects(_scene.Internet, "203.0.113.77", "203.0.113.10", 80, 5));
        Assert.True(FirewallScene.Pings(_scene.Host, "203.0.113.10", "203.0.113.77"));

        _scene.Close(FirewallScene.Policy with { Ipv6 = Ipv6Policy.Off });
        Assert.True(_scene.Connects(_scene.Host, "203.0.113.10", "203.0.113.77", 8080, 5));
        Assert.True(_scene.Connects(_scene.Internet, "203.0.113.77", "203.0.113.10", 80, 5));
        Assert.False(_scene.Connects(_scene.Host, "2001:db8::10", "2001:db8::77", 80));
        Assert.False(_scene.Connects(_scene.Internet, "2001:db8::77", "2001:db8::10", 80));
        Assert.False(_scene.Connects(_scene.Guest, "fd00:122::11", "2001:db8::77", 80));

        // And back: what is let out again comes back.
        _scene.Close(FirewallScene.Policy);
        Assert.True(_scene.Connects(_scene.Host, "2001:db8::10", "2001:db8::77", 8080, 5));
        Assert.DoesNotContain("policy_output", _scene.Host.Exec("nft", ["list", "ruleset"]), StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_bridge_with_the_uplink_a_guest_is_a_guest_whatever_its_address()
    {
        _scene.Host.Ip("link add br0 type bridge mcast_snooping 0");
        _scene.Host.Ip("link set br0 up");
        _scene.Host.Ip("addr del 192.168.1.100/24 dev eth1");
        _scene.Host.Ip("link set eth1 master br0");
        _scene.Host.Ip("link set vnet0 master br0");
        _scene.Host.Address("br0", "192.168.1.100/24");
        _scene.Guest.Address("e0", "192.168.1.7/24");
        _scene.Guest.Ip("addr del 192.168.1.67/32 dev e0");
        _scene.Listen(_scene.Host, 22, "ssh");
        _scene.Listen(_scene.Host, 80);
        _scene.Listen(_scene.Host, 7001);
        HostPolicy policy = FirewallScene.Policy with
        {
            Zones = [new("management", ["eth1"], [Prefix.Parse("192.168.1.0/24")]), new("guests", ["vnet*"], [])],
            Services = [new("for-guests", [new(Transport.Tcp, 7001, 7001)], ["guests"])],
        };
        Assert.True(_scene.Connects(_scene.Guest, "192.168.1.7", "192.168.1.100", 22, 5));
        _scene.Close(policy);
        Assert.True(_scene.Connects(_scene.Management, "192.168.1.5", "192.168.1.100", 22, 5));
        Assert.False(_scene.Connects(_scene.Guest, "192.168.1.7", "192.168.1.100", 22));
        Assert.True(_scene.Connects(_scene.Guest, "192.168.1.7", "192.168.1.100", 7001, 5));
        Assert.False(_scene.Connects(_scene.Management, "192.168.1.5", "192.168.1.100", 7001));

        // What the bridge passes on between the two is not ours.
        _scene.Listen(_scene.Management, 80);
        Assert.True(_scene.Connects(_scene.Guest, "192.168.1.7", "192.168.1.5", 80, 5));
        Assert.Empty(FirewallDifference.Of(_scene.Facts(policy).Exposure.Ruleset!, PolicyFirewall.Script(policy, _scene.Facts(policy), PolicyParts.None)).Value);
    }

    private static async Task Echoes(Socket from, Socket to, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(10));
        await from.SendAsync(new byte[] { 1 }, SocketFlags.None, limit.Token);
        Assert.Equal(1, await to.ReceiveAsync(new byte[1], SocketFlags.None, limit.Token));
    }
}
