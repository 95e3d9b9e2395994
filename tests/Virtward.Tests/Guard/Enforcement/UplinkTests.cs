using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Guard.Enforcement;
using Xunit;
using static Virtward.Tests.Guard.Enforcement.Bans;

namespace Virtward.Tests.Guard.Enforcement;

/// <summary>The chain at the uplinks of bridges, on a kernel in memory.</summary>
public sealed class UplinkTests : IDisposable
{
    private readonly SteppedClock _clock = new();
    private readonly MemoryUplinks _uplinks = new() { Devices = Named("eno1") };
    private readonly MemoryFirewall _kernel;
    private readonly Enforcer _enforcer;

    public UplinkTests()
    {
        _kernel = new MemoryFirewall(_clock);
        _enforcer = new Enforcer(_kernel, _clock, Whole, _uplinks);
        Assert.True(_enforcer.Reconcile([]).Value.Rebuilt);
        Assert.True(_enforcer.Apply([Banned(Of(_clock, "198.51.100.1", TimeSpan.FromHours(1), "sshd"))]).IsOk);
    }

    private static Result<ImmutableArray<string>> Named(params ImmutableArray<string> names) => names;

    private bool HasChain => _kernel.ReadTable("virtward").Value.Chains.ContainsKey("guard_ingress");

    private bool Bridged(string device, string source = "198.51.100.1", int port = 22) =>
        _kernel.DropsBridged(device, Address.Parse(source), Transport.Tcp, port);

    public void Dispose()
    {
        _kernel.Dispose();
        _uplinks.Dispose();
    }

    [Fact]
    public void Frames_at_an_uplink_meet_every_set()
    {
        _enforcer.Apply([
            Banned(Of(_clock, "203.0.112.0/20", TimeSpan.FromHours(1), "prefix")),
            Banned(Of(_clock, "2001:db8:1:2::/64", TimeSpan.FromHours(1), "sshd")),
            Banned(Of(_clock, "192.0.2.1", TimeSpan.FromHours(1), "sshd", new PortScope(Transport.Tcp, 22, 22))),
        ]);
        Assert.True(Bridged("eno1"));
        Assert.True(Bridged("eno1", "203.0.113.9"));
        Assert.True(Bridged("eno1", "2001:db8:1:2::9"));
        Assert.True(Bridged("eno1", "192.0.2.1"));
        Assert.False(Bridged("eno1", "192.0.2.1", 80));
        Assert.False(Bridged("eno1", "198.51.100.2"));
        Assert.False(Bridged("vnet0"));
        Assert.True(_kernel.Drops(Address.Parse("198.51.100.1")));
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
    }

    [Fact]
    public void A_packet_to_the_host_through_an_uplink_is_counted_once()
    {
        Assert.True(_kernel.Drops(Address.Parse("198.51.100.1"), device: "eno1"));
        Assert.Equal(1ul, _enforcer.ReadDropped().Value.Packets);
        Assert.Equal(1ul, _enforcer.ReadCounts().Value[Prefix.Parse("198.51.100.1")].Packets);
    }

    [Fact]
    public void The_chain_follows_the_uplinks_and_nothing_was_broken()
    {
        Assert.False(_enforcer.IsElsewhere());
        _uplinks.Devices = Named("bond0", "eno1", "eno2.7");
        Assert.True(_enforcer.IsElsewhere());
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
        Assert.False(_enforcer.IsElsewhere());
        Assert.True(Bridged("bond0") && Bridged("eno1") && Bridged("eno2.7"));

        _uplinks.Devices = Named("wan");
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
        Assert.True(Bridged("wan"));
        Assert.False(Bridged("eno1"));

        _uplinks.Devices = Named();
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
        Assert.False(HasChain);
        Assert.False(_enforcer.IsElsewhere());
        Assert.True(_kernel.Drops(Address.Parse("198.51.100.1")));
    }

    [Theory]
    [InlineData("flush ruleset\n")]
    [InlineData("flush chain inet virtward guard_ingress\ndelete chain inet virtward guard_ingress\n")]
    [InlineData("flush chain inet virtward guard_ingress\n")]
    [InlineData("add rule inet virtward guard_ingress iifname \"lo\" accept\n")]
    public void Damage_is_repaired(string damage)
    {
        Assert.True(_kernel.Apply(damage).IsOk);
        Assert.True(_enforcer.IsElsewhere());
        Assert.True(_enforcer.Reconcile().Value.Rebuilt);
        Assert.True(Bridged("eno1"));
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
    }

    [Fact]
    public void A_chain_that_is_left_over_goes()
    {
        _uplinks.Devices = Named();
        var second = new Enforcer(_kernel, _clock, Whole, _uplinks);
        Assert.True(second.Reconcile([]).IsOk);
        Assert.False(HasChain);
    }

    [Fact]
    public void What_the_kernel_cannot_is_said_and_bans_go_on()
    {
        using var old = new MemoryFirewall(_clock) { CanIngress = false, CanCount = false };
        var enforcer = new Enforcer(old, _clock, Whole, _uplinks);
        Reconciliation first = enforcer.Reconcile([Of(_clock, "198.51.100.1", TimeSpan.FromHours(1), "sshd")]).Value;
        Assert.Contains("only bridged", first.Uncovered!.ToString(), StringComparison.Ordinal);
        Assert.Contains("Linux 5.10", first.Uncovered.ToString(), StringComparison.Ordinal);
        Assert.Null(first.Problem);
        Assert.True(old.Drops(Address.Parse("198.51.100.1")));
        Assert.False(enforcer.IsElsewhere());
        Reconciliation second = enforcer.Reconcile().Value;
        Assert.True(second.FoundNothing);
        Assert.Equal(first.Uncovered, second.Uncovered);

        // Other devices may fare better.
        old.CanIngress = true;
        _uplinks.Devices = Named("eno2");
        Assert.Null(enforcer.Reconcile().Value.Uncovered);
        Assert.True(old.DropsBridged("eno2", Address.Parse("198.51.100.1")));
    }

    [Fact]
    public void A_device_that_vanishes_meanwhile_is_no_refusal()
    {
        _kernel.Devices = ["eno1"];
        _uplinks.Devices = Named("eno1", "gone");
        _uplinks.AfterReading = () => _uplinks.Devices = Named("eno1");
        Assert.True(_enforcer.Reconcile().IsOk);
        Assert.True(_enforcer.IsElsewhere());
        Assert.Null(_enforcer.Reconcile().Value.Uncovered);
        Assert.True(Bridged("eno1"));
    }

    [Theory]
    [InlineData("eth\"0")]
    [InlineData("eth*")]
    [InlineData("eth\\0")]
    [InlineData("eth 0")]
    [InlineData("eth\n0")]
    [InlineData("ethü")]
    [InlineData("sixteencharacter")]
    public void Nobody_writes_rules_by_the_name_of_a_device(string name)
    {
        _uplinks.Devices = Named("eno1", name);
        Reconciliation found = _enforcer.Reconcile().Value;
        Assert.Contains("rename the device", found.Uncovered!.ToString(), StringComparison.Ordinal);
        Assert.True(Bridged("eno1"));
        Assert.True(_enforcer.Reconcile().Value.FoundNothing);
    }

    [Fact]
    public void Devices_that_cannot_be_read_are_those_of_before()
    {
        _uplinks.Devices = new Problem("no buffer space available");
        Reconciliation found = _enforcer.Reconcile().Value;
        Assert.True(found.FoundNothing);
        Assert.Contains("no buffer space", found.Uncovered!.ToString(), StringComparison.Ordinal);
        Assert.True(Bridged("eno1"));
    }

    [Fact]
    public void Flush_takes_the_chain_too()
    {
        Assert.True(_enforcer.Flush().IsOk);
        Assert.Empty(_kernel.ReadTable("virtward").Value.Chains);
        Assert.Empty(_kernel.ReadTable("virtward").Value.Sets);
    }
}
