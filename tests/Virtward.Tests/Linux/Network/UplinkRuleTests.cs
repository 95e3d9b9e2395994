using Virtward.Linux.Network;
using Xunit;

namespace Virtward.Tests.Linux.Network;

public sealed class UplinkRuleTests
{
    private static readonly NetworkLink Bridge = new(1, "br0", "bridge", 0, 0);

    [Theory]
    [InlineData("", true)]
    [InlineData("bond", true)]
    [InlineData("team", true)]
    [InlineData("vlan", true)]
    [InlineData("macvlan", true)]
    [InlineData("vxlan", true)]
    [InlineData("gretap", true)]
    [InlineData("tun", false)]
    [InlineData("veth", false)]
    [InlineData("netkit", false)]
    [InlineData("dummy", false)]
    [InlineData("ifb", false)]
    public void A_port_of_a_bridge_counts_by_what_made_it(string kind, bool leadsOutside)
    {
        NetworkLink port = new(2, "port", kind, Bridge.Index, 0);
        Assert.Equal(leadsOutside ? ["port"] : [], UplinkRule.Pick([Bridge, port]));
        Assert.Empty(UplinkRule.Pick([Bridge, port with { Master = 0 }]));
    }

    [Fact]
    public void Open_vSwitch_is_a_bridge_too() => Assert.Equal(["eno1"], UplinkRule.Pick([
        new(1, "ovs-system", "openvswitch", 0, 0), new(2, "eno1", "", 1, 0), new(3, "br-int", "openvswitch", 1, 0), new(4, "vnet0", "tun", 1, 0)]));

    [Fact]
    public void The_hardware_below_a_bond_is_not_asked_twice() => Assert.Equal(["bond0"], UplinkRule.Pick([
        Bridge, new(2, "bond0", "bond", 1, 0), new(3, "eno1", "", 2, 0), new(4, "eno2", "", 2, 0)]));

    [Fact]
    public void A_macvtap_is_fed_by_what_it_sits_upon() => Assert.Equal(["eno1"], UplinkRule.Pick([
        new(2, "eno1", "", 0, 0), new(3, "macvtap0", "macvtap", 0, 2), new(4, "macvtap1", "macvtap", 0, 2), new(5, "mv0", "macvlan", 0, 6), new(6, "eno2", "", 0, 0)]));

    [Fact]
    public void Numbers_that_lead_nowhere_are_nothing() => Assert.Empty(UplinkRule.Pick([
        new(2, "eno1", "", 77, 0), new(3, "macvtap0", "macvtap", 0, 78)]));

    [Fact]
    public void Names_come_in_one_order() => Assert.Equal(["a", "b", "z"], UplinkRule.Pick([
        Bridge, new(5, "z", "", 1, 0), new(3, "a", "", 1, 0), new(4, "b", "", 1, 0)]));
}
