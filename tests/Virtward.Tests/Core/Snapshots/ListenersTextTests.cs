using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Xunit;

namespace Virtward.Tests.Core.Snapshots;

public sealed class ListenersTextTests
{
    private static readonly ImmutableArray<Listener> Sample =
    [
        new()
        {
            Protocol = "udp", Number = 17, Address = Address.Parse("0.0.0.0"), Port = 67, Device = "virbr0", User = "dnsmasq", Uid = 120, Inode = 77, Unit = "libvirtd.service",
            Purpose = "dhcp", Processes = [new ListenerProcess(9, "dnsmasq") { Program = "/usr/sbin/dnsmasq", Arguments = "--conf-file=/x" }],
        },
        new() { Protocol = "tcp", Number = 6, Address = Address.Parse("::"), Port = 22, V6Only = true, Namespace = "net:[4026532001]", Container = "docker:0123456789ab", Guest = "web1" },
    ];

    [Fact]
    public void What_is_written_is_read_again()
    {
        Result<ImmutableArray<Listener>> read = ListenersText.Read(ListenersText.Write(Sample));
        Assert.True(read.IsOk, read.Problem?.ToString());
        Assert.Equal(ListenersText.Write(Sample), ListenersText.Write(read.Value));
        Assert.Equal(Sample[0] with { Processes = [] }, read.Value[0] with { Processes = [] });
    }

    [Theory]
    [InlineData("0.0.0.0", false, "tcp", true, true, false)]
    [InlineData("::", false, "tcp", true, true, true)]
    [InlineData("::", true, "udp", true, false, true)]
    [InlineData("::", false, "raw", true, false, true)]
    [InlineData("2001:db8::1", false, "tcp", false, false, true)]
    [InlineData("192.0.2.1", false, "udp", false, true, false)]
    public void What_reaches_it(string address, bool v6Only, string protocol, bool wildcard, bool v4, bool v6)
    {
        var listener = new Listener { Protocol = protocol, Address = Address.Parse(address), V6Only = v6Only };
        Assert.Equal((wildcard, v4, v6), (listener.Wildcard, listener.TakesV4, listener.TakesV6));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":1,\"listeners\":null}")]
    [InlineData("{\"version\":1,\"listeners\":[null]}")]
    [InlineData("{\"version\":2,\"listeners\":[]}")]
    [InlineData("{\"version\":1,\"listeners\":[{}]}")]
    [InlineData("{\"version\":1,\"listeners\":[{\"protocol\":\"tcp\",\"address\":\"x\"}]}")]
    [InlineData("{\"version\":1,\"listeners\":[{\"protocol\":\"tcp\",\"address\":\"::\",\"port\":70000}]}")]
    [InlineData("{\"version\":1,\"listeners\":[{\"protocol\":\"tcp\",\"address\":\"::\",\"processes\":[null]}]}")]
    [InlineData("{\"version\":1,\"listeners\":[{\"protocol\":null,\"address\":\"::\"}]}")]
    [InlineData("{\"version\":1,\"listeners\":[{\"protocol\":\"tcp\",\"address\":\"\\ud800\"}]}")]
    public void Anything_else_is_a_problem(string text) => Assert.False(ListenersText.Read(text).IsOk);

    [Fact]
    public void A_later_versions_fields_are_passed_over() =>
        Assert.True(ListenersText.Read("""{"version":1,"new":1,"listeners":[{"protocol":"tcp","address":"::","newer":[1]}]}""").IsOk);
}
