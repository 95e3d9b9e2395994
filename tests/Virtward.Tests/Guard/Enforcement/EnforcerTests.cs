using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Enforcement;
using Xunit;
using static Virtward.Tests.Guard.Enforcement.Bans;

namespace Virtward.Tests.Guard.Enforcement;

public sealed class EnforcerTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SteppedClock _clock = new();
    private readonly MemoryFirewall _kernel;
    private readonly Enforcer _enforcer;

    public EnforcerTests()
    {
        _kernel = new MemoryFirewall(_clock);
        _enforcer = new Enforcer(_kernel, _clock, Whole);
        Assert.True(_enforcer.Reconcile([]).Value.Rebuilt);
    }

    public void Dispose() => _kernel.Dispose();

    private Ban Ban(string target, double hours = 1, string jail = "sshd", params PortScope[] ports) =>
        Of(_clock, target, Hour * hours, jail, ports);

    private bool Drops(string source, int port = 22, Transport protocol = Transport.Tcp, string device = "eth0") =>
        _kernel.Drops(Address.Parse(source), protocol, port, device);

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7", "198.51.100.8")]
    [InlineData("198.51.100.0/24", "198.51.100.255", "198.51.101.0")]
    [InlineData("198.51.96.0/19", "198.51.127.255", "198.51.128.0")]
    [InlineData("198.51.100.8/30", "198.51.100.11", "198.51.100.12")]
    [InlineData("128.0.0.0/1", "255.0.0.1", "127.0.0.1")]
    [InlineData("2001:db8:1:2::/64", "2001:db8:1:2:ffff::1", "2001:db8:1:3::1")]
    [InlineData("2001:db8:1:4::/62", "2001:db8:1:7::1", "2001:db8:1:8::1")]
    [InlineData("2001:db8::5", "2001:db8::5", "2001:db8::6")]
    [InlineData("2001:db8::4/127", "2001:db8::5", "2001:db8::6")]
    public void A_ban_drops_what_lies_inside_and_nothing_else(string target, string inside, string outside)
    {
        Assert.True(_enforcer.Apply([Banned(Ban(target))]).IsOk);
        Assert.True(Drops(inside));
        Assert.False(Drops(outside));
        Assert.False(Drops(inside, device: "lo"));
        Assert.True(_enforcer.Blocks(Address.Parse(inside), Transport.Udp, 53));
        Assert.False(_enforcer.Blocks(Address.Parse(outside), Transport.Udp, 53));
    }

    [Fact]
    public void An_ended_ban_is_gone_and_the_kernel_ends_it_by_itself()
    {
        Ban one = Ban("198.51.100.1");
        Ban two = Ban("198.51.100.2");
        _enforcer.Apply([Banned(one), Banned(two)]);
        Assert.True(_enforcer.Apply([Unbanned(one)]).IsOk);
        Assert.False(Drops("198.51.100.1"));
        Assert.True(Drops("198.51.100.2"));
        _clock.Advance(Hour);
        Assert.False(Drops("198.51.100.2"));
        Assert.False(_enforcer.Blocks(Address.Parse("198.51.100.2"), Transport.Tcp, 22));
        Assert.True(_enforcer.Apply([Unbanned(two, UnbanCause.Expired)]).IsOk);
        Assert.Empty(_kernel.Banned());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0.5)]
    public void A_newer_ban_of_the_same_target_sets_the_time_anew(double hours)
    {
        _enforcer.Apply([Banned(Ban("198.51.100.1"))]);
        _enforcer.Apply([Banned(Ban("198.51.100.1", hours))]);
        _clock.Advance((Hour * hours) - TimeSpan.FromSeconds(1));
        Assert.True(Drops("198.51.100.1"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(Drops("198.51.100.1"));
    }

    [Fact]
    public void An_address_stays_out_as_long_as_any_jail_bans_it()
    {
        Ban ssh = Ban("198.51.100.1", 1, "sshd");
        Ban web = Ban("198.51.100.1", 5, "nginx");
        _enforcer.Apply([Banned(ssh), Banned(web)]);
        _enforcer.Apply([Unbanned(ssh)]);
        Assert.True(Drops("198.51.100.1"));
        _enforcer.Apply([Banned(ssh), Unbanned(web)]);
        Assert.True(Drops("198.51.100.1"));
        _clock.Advance(Hour);
        Assert.False(Drops("198.51.100.1"));
    }

    [Fact]
    public void Folding_single_bans_into_their_prefix_leaves_no_gap_and_no_rest()
    {
        Ban one = Ban("198.51.100.1");
        Ban prefix = Ban("198.51.100.0/24", 24, "prefix");
        _enforcer.Apply([Banned(one)]);
        int before = _kernel.Transactions;
        _enforcer.Apply([Banned(prefix), Unbanned(one, UnbanCause.Folded)]);
        Assert.Equal(before + 1, _kernel.Transactions);
        Assert.Equal([("ban4_24", Prefix.Parse("198.51.100.0/24"))], _kernel.Banned());
    }

    [Fact]
    public void A_replaced_ban_does_not_take_its_successor_with_it()
    {
        Ban old = Ban("198.51.100.1");
        Ban newer = Ban("198.51.100.1", 5);
        _enforcer.Apply([Banned(old)]);
        _enforcer.Apply([Banned(newer), Unbanned(old, UnbanCause.Replaced)]);
        _enforcer.Apply([Unbanned(old, UnbanCause.Replaced)]);
        Assert.True(Drops("198.51.100.1"));
    }

    [Fact]
    public void Simulated_bans_never_enter()
    {
        _enforcer.Apply([Banned(Ban("198.51.100.1") with { Simulated = true })]);
        Assert.Empty(_kernel.Banned());
        _enforcer.Reconcile([Ban("198.51.100.1") with { Simulated = true }]);
        Assert.Empty(_kernel.Banned());
    }

    [Fact]
    public void Ports_limit_a_ban()
    {
        PortScope[] ports = [new(Transport.Tcp, 22, 22), new(Transport.Tcp, 5900, 5999), new(Transport.Udp, 53, 53)];
        _enforcer.Apply([Banned(Ban("198.51.100.1", 1, "console", ports)), Banned(Ban("198.51.100.0/25", 1, "console", ports))]);
        foreach (string address in (string[])["198.51.100.1", "198.51.100.100"])
        {
            Assert.True(Drops(address, 22));
            Assert.True(Drops(address, 5950));
            Assert.True(Drops(address, 53, Transport.Udp));
            Assert.False(Drops(address, 22, Transport.Udp));
            Assert.False(Drops(address, 80));
            Assert.True(_enforcer.Blocks(Address.Parse(address), Transport.Tcp, 5999));
            Assert.False(_enforcer.Blocks(Address.Parse(address), Transport.Tcp, 6000));
        }
    }

    [Fact]
    public void The_never_ban_list_is_cut_out_and_can_change()
    {
        Ban ban = Ban("198.51.100.0/24");
        _enforcer.Apply([Banned(ban)]);
        List<Prefix> never = [Prefix.Parse("198.51.100.77"), Prefix.Parse("198.51.100.128/26")];
        _enforcer.ReplaceNeverBan(b => Carve(b.Target, never));
        Assert.False(Drops("198.51.100.77"));
        Assert.False(Drops("198.51.100.150"));
        Assert.True(Drops("198.51.100.76"));
        Assert.True(Drops("198.51.100.78"));
        Assert.True(Drops("198.51.100.192"));
        _enforcer.ReplaceNeverBan(Whole);
        Assert.True(Drops("198.51.100.77"));
        Assert.Equal([("ban4_24", Prefix.Parse("198.51.100.0/24"))], _kernel.Banned());
        _enforcer.Apply([Unbanned(ban)]);
        Assert.Empty(_kernel.Banned());
    }

    [Fact]
    public void A_flushed_ruleset_comes_back_whole_with_its_counts()
    {
        Ban ban = Ban("198.51.100.1");
        _enforcer.Apply([Banned(ban), Banned(Ban("2001:db8::/48"))]);
        Assert.True(Drops("198.51.100.1") && Drops("198.51.100.1") && Drops("2001:db8:0:9::1"));
        Assert.Equal(new PacketCount(3, 180), _enforcer.ReadDropped().Value);
        Assert.Equal(2ul, _enforcer.ReadCounts().Value[ban.Target].Packets);
        _clock.Advance(TimeSpan.FromMinutes(10));
        _kernel.Apply("flush ruleset\n");
        Assert.False(Drops("198.51.100.1"));

        Reconciliation repaired = _enforcer.Reconcile().Value;
        Assert.Equal(new Reconciliation(Rebuilt: true, Added: 2, Renewed: 0, Removed: 0, Refused: 0, Problem: null), repaired);
        Assert.True(Drops("198.51.100.1"));
        Assert.Equal(new PacketCount(4, 240), _enforcer.ReadDropped().Value);
        Assert.Equal(3ul, _enforcer.ReadCounts().Value[ban.Target].Packets);
        _clock.Advance(TimeSpan.FromMinutes(50));
        Assert.False(Drops("198.51.100.1"));
        Assert.True(_enforcer.Reconcile().Value is { Rebuilt: true } or { FoundNothing: true });
    }

    [Fact]
    public void Counts_survive_a_renewal()
    {
        Ban ban = Ban("198.51.100.1");
        _enforcer.Apply([Banned(ban)]);
        Drops("198.51.100.1");
        _enforcer.Apply([Banned(Ban("198.51.100.1", 9))]);
        Drops("198.51.100.1");
        Assert.Equal(new PacketCount(2, 120), _enforcer.ReadCounts().Value[ban.Target]);
    }

    [Fact]
    public void Everything_foreign_in_our_part_is_put_right()
    {
        _enforcer.Apply([Banned(Ban("198.51.100.1")), Banned(Ban("198.51.100.2")), Banned(Ban("198.51.100.3"))]);
        _kernel.ApplyElements("virtward", [
            new("ban4_32", Address.Parse("198.51.100.1"), ElementAction.Remove),
            new("ban4_32", Address.Parse("198.51.100.2"), ElementAction.Put, TimeSpan.FromHours(9)),
            new("ban4_32", Address.Parse("192.0.2.9"), ElementAction.Put, TimeSpan.FromHours(9)),
        ]);
        Assert.Equal(new Reconciliation(false, 1, 1, 1, 0, null), _enforcer.Reconcile().Value);
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
        Assert.False(Drops("192.0.2.9"));
        _clock.Advance(Hour);
        Assert.False(Drops("198.51.100.2"));
    }

    [Theory]
    [InlineData("flush chain inet virtward guard_prerouting")]
    [InlineData("flush chain inet virtward guard_prerouting\ndelete chain inet virtward guard_prerouting")]
    [InlineData("flush chain inet virtward guard_prerouting\ndelete set inet virtward ban4_32")]
    [InlineData("flush chain inet virtward guard_prerouting\ndelete set inet virtward ban4_32\nadd set inet virtward ban4_32 { type ipv6_addr; flags timeout; }")]
    [InlineData("add rule inet virtward guard_prerouting iifname \"lo\" accept")]
    [InlineData("add table inet virtward { flags dormant; }")]
    [InlineData("delete table inet virtward")]
    public void Damage_to_the_structure_is_repaired(string damage)
    {
        _enforcer.Apply([Banned(Ban("198.51.100.1")), Banned(Ban("198.51.0.0/16"))]);
        Assert.True(_kernel.Apply(damage).IsOk);
        Assert.True(_enforcer.Reconcile().Value.Rebuilt);
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
        Assert.True(Drops("198.51.100.1"));
        Assert.True(Drops("198.51.3.4"));
        Assert.False(_kernel.ReadTable("virtward").Value.Dormant);
    }

    [Fact]
    public void A_new_ban_repairs_a_table_that_is_gone()
    {
        _kernel.Apply("flush ruleset\n");
        Assert.True(_enforcer.Apply([Banned(Ban("198.51.100.1"))]).IsOk);
        Assert.True(Drops("198.51.100.1"));
    }

    [Fact]
    public void One_refused_ban_does_not_keep_out_the_others()
    {
        Address bad = Address.Parse("198.51.100.50");
        _kernel.Refuses = change => change.Key == bad;
        Result<Done> applied = _enforcer.Apply([.. Enumerable.Range(1, 99).Select(i => Banned(Ban($"198.51.100.{i}")))]);
        Assert.Contains("1 of 99", applied.Problem!.ToString(), StringComparison.Ordinal);
        Assert.Equal(98, _kernel.Banned().Count);
        Reconciliation tried = _enforcer.Reconcile().Value;
        Assert.Equal(1, tried.Refused);
        Assert.NotNull(tried.Problem);

        _kernel.Refuses = static _ => false;
        Assert.Equal(1, _enforcer.Reconcile().Value.Added);
        Assert.True(Drops("198.51.100.50"));
    }

    [Fact]
    public void A_kernel_that_refuses_everything_is_not_asked_for_ever()
    {
        _kernel.Refuses = static _ => true;
        Assert.False(_enforcer.Apply([.. Enumerable.Range(0, 5000).Select(i => Banned(Ban($"198.51.{i / 250}.{i % 250}")))]).IsOk);
        Assert.InRange(_kernel.Transactions, 2, 600);
        _kernel.Refuses = static _ => false;
        Assert.Equal(5000, _enforcer.Reconcile().Value.Added);
    }

    [Fact]
    public void A_batch_for_a_set_that_is_gone_is_not_tried_in_parts()
    {
        _kernel.Apply("flush ruleset\n");
        int before = _kernel.Transactions;
        List<ElementChange> changes = [.. Enumerable.Range(0, 5000).Select(i =>
            new ElementChange("ban4_32", Address.FromV4((uint)i), ElementAction.Add, Hour))];
        Assert.Equal(5000, new PartialBatch(_kernel).Apply(changes, out Problem? problem));
        Assert.NotNull(problem);
        Assert.Equal(before + 1, _kernel.Transactions);
    }

    [Fact]
    public void An_older_kernel_bans_without_counting()
    {
        using var old = new MemoryFirewall(_clock) { CanCount = false };
        var enforcer = new Enforcer(old, _clock, Whole);
        Assert.True(enforcer.Reconcile([Ban("198.51.100.1")]).IsOk);
        Assert.True(old.Drops(Address.Parse("198.51.100.1")));
        Assert.Empty(enforcer.ReadCounts().Value);
        Assert.True(enforcer.Reconcile().Value.FoundNothing);
    }

    [Fact]
    public void Sets_are_there_only_while_they_are_needed()
    {
        Ban odd = Ban("198.51.100.0/23");
        _enforcer.Apply([Banned(odd)]);
        _enforcer.Reconcile();
        Assert.Equal(["ban4_24", "ban4_32", "ban6_64"], _kernel.ReadTable("virtward").Value.Sets.Keys.Order());
        Ban wide = Ban("198.51.0.0/18");
        _enforcer.Apply([Banned(wide)]);
        Assert.Contains("ban4_20", _kernel.ReadTable("virtward").Value.Sets.Keys);
        _enforcer.Apply([Unbanned(wide), Unbanned(odd)]);
        _enforcer.Reconcile();
        Assert.Equal(["ban4_24", "ban4_32", "ban6_64"], _kernel.ReadTable("virtward").Value.Sets.Keys.Order());
    }

    [Fact]
    public void Flush_takes_our_part_and_leaves_the_rest_of_the_table()
    {
        _kernel.Apply("add set inet virtward management { type ipv4_addr; flags timeout; }\nadd chain inet virtward input { }\n");
        _enforcer.Apply([Banned(Ban("198.51.100.1"))]);
        Assert.True(_enforcer.Flush().IsOk);
        FirewallTable left = _kernel.ReadTable("virtward").Value;
        Assert.Equal(["management"], left.Sets.Keys);
        Assert.Equal(["input"], left.Chains.Keys);
        Assert.Null(_kernel.ReadCounter("virtward", "guard_dropped").Value);
        Assert.True(_enforcer.Flush().IsOk);
    }

    [Fact]
    public void A_ban_that_never_ends_is_a_long_one()
    {
        Ban ban = Ban("198.51.100.1") with { Until = UnixTime.Never };
        Assert.True(_enforcer.Apply([Banned(ban)]).IsOk);
        _clock.Advance(TimeSpan.FromDays(365));
        Assert.True(Drops("198.51.100.1"));
    }
}
