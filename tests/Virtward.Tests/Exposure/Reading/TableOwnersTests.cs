using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure.Reading;

public sealed class TableOwnersTests
{
    [Theory]
    [InlineData("virtward", "guard", TableOrigin.Nftables, "virtward")]
    [InlineData("firewalld", "filter_INPUT", TableOrigin.Nftables, "firewalld")]
    [InlineData("libvirt_network", "forward", TableOrigin.Nftables, "libvirt")]
    [InlineData("filter", "LIBVIRT_INP", TableOrigin.IptablesNft, "libvirt")]
    [InlineData("docker-bridges", "filter-FORWARD", TableOrigin.Nftables, "docker")]
    [InlineData("nat", "DOCKER", TableOrigin.IptablesLegacy, "docker")]
    [InlineData("filter", "ufw-user-input", TableOrigin.IptablesNft, "ufw")]
    [InlineData("filter", "ufw6-user-input", TableOrigin.IptablesNft, "ufw")]
    [InlineData("f2b-table", "f2b-chain", TableOrigin.Nftables, "fail2ban")]
    [InlineData("filter", "f2b-sshd", TableOrigin.IptablesNft, "fail2ban")]
    [InlineData("crowdsec6", "crowdsec6-chain-input", TableOrigin.Nftables, "crowdsec")]
    [InlineData("filter", "KUBE-SERVICES", TableOrigin.IptablesNft, "kubernetes")]
    [InlineData("nat", "CNI-HOSTPORT-DNAT", TableOrigin.IptablesNft, "cni")]
    [InlineData("netavark", "INPUT", TableOrigin.Nftables, "netavark")]
    [InlineData("nm-shared-eth1", "filter_input", TableOrigin.Nftables, "NetworkManager")]
    [InlineData("incus", "fwd.incusbr0", TableOrigin.Nftables, "LXD/Incus")]
    [InlineData("filter", "PVEFW-INPUT", TableOrigin.IptablesLegacy, "Proxmox")]
    [InlineData("filter", "tap100i0-IN", TableOrigin.IptablesLegacy, "Proxmox")]
    [InlineData("filter", "INPUT", TableOrigin.IptablesNft, "iptables")]
    [InlineData("mine", "input", TableOrigin.Nftables, "")]
    public void The_owner_is_told_from_names(string table, string chain, TableOrigin origin, string owner) =>
        Assert.Equal(owner, TableOwners.Of(new Table(Family.Ip, table, 0) { Origin = origin }, new Chain(chain, 0, null, [])));

    [Theory]
    [InlineData("INPUT", "iptables")]
    [InlineData("input", "")]
    [InlineData("mine", "")]
    public void A_chain_that_iptables_cannot_attach_is_an_admins_own(string chain, string owner) => Assert.Equal(owner, TableOwners.Of(
        new Table(Family.Ip, "filter", 0) { Origin = TableOrigin.IptablesNft }, new Chain(chain, 0, new BaseHook(ChainType.Filter, Hook.Input, 0, [], false), [])));

    [Fact]
    public void A_table_as_a_whole_has_an_owner_too() => Assert.Equal("firewalld", TableOwners.Of(new Table(Family.Inet, "firewalld", 0), null));
}
