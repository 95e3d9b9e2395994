using Virtward.Core.Policy;
using Virtward.Guard.Enforcement;
using Xunit;

namespace Virtward.Tests.Guard.Enforcement;

public sealed class PortGroupTests
{
    [Fact]
    public void Equal_scopes_are_one_group_however_they_are_written()
    {
        PortGroup one = PortGroup.Of([new(Transport.Udp, 53, 53), new(Transport.Tcp, 80, 90), new(Transport.Tcp, 91, 100), new(Transport.Tcp, 22, 22)]);
        PortGroup other = PortGroup.Of([new(Transport.Tcp, 22, 22), new(Transport.Tcp, 80, 95), new(Transport.Tcp, 85, 100), new(Transport.Udp, 53, 53)]);
        Assert.Equal(one, other);
        Assert.Equal("_tcp22_tcp80-100_udp53", one.Suffix);
        Assert.Equal(["tcp dport { 22, 80-100 } ", "udp dport { 53 } "], one.Matches());
        Assert.NotEqual(one, PortGroup.All);
        Assert.Equal([""], PortGroup.All.Matches());
    }

    [Fact]
    public void Ports_up_to_the_last_merge_without_overflow() =>
        Assert.Equal("_tcp1-65535", PortGroup.Of([new(Transport.Tcp, 1, 65535), new(Transport.Tcp, 65535, 65535)]).Suffix);

    [Fact]
    public void Names_stay_short()
    {
        PortGroup many = PortGroup.Of([.. Enumerable.Range(0, 200).Select(i => new PortScope(Transport.Tcp, (ushort)(i * 10), (ushort)(i * 10)))]);
        PortGroup more = PortGroup.Of([.. Enumerable.Range(0, 201).Select(i => new PortScope(Transport.Tcp, (ushort)(i * 10), (ushort)(i * 10)))]);
        Assert.InRange(many.Suffix.Length, 1, 80);
        Assert.NotEqual(many.Suffix, more.Suffix);
    }
}
