using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Vpn;
using Virtward.Hardening.Tests.Checks.Libvirt;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Vpn;

public sealed class VpnCheckTests
{
    private const string Closed = "table inet f {\n chain i {\n type filter hook input priority 0; policy drop;\n iifname \"eth1\" accept\n udp dport 51820 accept\n }\n}\n";
    private static readonly long Lately = TestHost.Now.AddHours(-1).ToUnixTimeSeconds();

    private static string Dump(string allowed = "10.8.0.2/32", long? handshake = null) =>
        $"wg0\t(removed)\tPUBLICKEYOFTHEHOST=\t51820\toff\nwg0\tPEERKEY1AAAAAAAA=\t(none)\t198.51.100.7:4711\t{allowed}\t{handshake ?? Lately}\t100\t200\toff\n";

    private static TestHost Host() => LibvirtHost.Looked().Text("audit/wireguard.txt", Dump()).Config("/etc/wireguard/wg0.conf", "[Interface]\nPrivateKey = (removed)\nListenPort = 51820\n[Peer]\nPublicKey = PEERKEY1AAAAAAAA=\nAllowedIPs = 10.8.0.2/32\n")
        .State("/etc/wireguard/wg0.conf", 600).State("/etc/systemd/system/multi-user.target.wants/wg-quick@wg0.service", 777, kind: "link")
        .Units(("wg-quick@wg0.service", "disabled", "active")).Rules(Closed);

    private static HostPolicy Admins => DefaultPolicy.Read() with { Zones = [new ZonePolicy("vpn", ["wg0"], [Prefix.Parse("10.8.0.0/24")])] };

    [Fact]
    public void A_VPN_that_runs_and_was_used_is_fine()
    {
        Judged.Passes(Vpn01.Check, Host().Facts());
        Judged.Passes(Vpn02.Check, Host().Facts());
    }

    [Fact]
    public void A_VPN_that_is_gone_after_the_next_boot_is_told()
    {
        TestHost host = LibvirtHost.Looked().Text("audit/wireguard.txt", Dump()).Config("/etc/wireguard/wg0.conf", "[Interface]\n").Units(("wg-quick@wg0.service", "disabled", "active"));
        Judged.Fails(Vpn01.Check, host.Facts(), "wg0");
        Judged.Fails(Vpn01.Check, LibvirtHost.Looked().Lacks("audit/wireguard.txt", "wg is not installed").Config("/etc/wireguard/wg0.conf", "[Interface]\n").Units(("x.service", "enabled", "active")).Facts(), "wg0");
    }

    [Fact]
    public void A_VPN_that_nobody_uses_is_told()
    {
        Judged.Fails(Vpn01.Check, Host().Text("audit/wireguard.txt", Dump(handshake: 0)).Facts(), "wg0: handshake");
        Judged.Fails(Vpn01.Check, Host().Text("audit/wireguard.txt", "wg0\t(removed)\tP=\t51820\toff\n").Facts(), "wg0: peers");
        Judged.IsUnknown(Vpn01.Check, Host().Lacks("audit/wireguard.txt", "it may need root: wg ended with 1").Facts());
    }

    [Fact]
    public void A_host_without_a_VPN_needs_another_way_in()
    {
        TestHost host = LibvirtHost.Looked().Lacks("audit/wireguard.txt", "wg is not installed");
        Judged.DoesNotApply(Vpn01.Check, host.Facts());
        Judged.DoesNotApply(Vpn02.Check, host.Facts());
        Judged.Fails(Vpn01.Check, host.Text(SnapshotNames.Links, """[{"ifindex":2,"ifname":"eth0","flags":["UP","LOWER_UP"],"operstate":"UP","link_type":"ether"}]""").Facts(), "no VPN");
        Judged.IsUnknown(Vpn01.Check, new TestHost().Facts());
    }

    [Fact]
    public void An_OpenVPN_server_must_run_and_know_its_clients()
    {
        TestHost host = LibvirtHost.Looked().Lacks("audit/wireguard.txt", "wg is not installed")
            .Config("/etc/openvpn/server/server.conf", "port 1194\nserver 10.8.0.0 255.255.255.0\nca ca.crt\ntls-crypt tc.key\n").Units(("openvpn-server@server.service", "enabled", "active"));
        Judged.Passes(Vpn01.Check, host.Facts());
        Judged.Passes(Vpn02.Check, host.Facts());
        Judged.Fails(Vpn01.Check, host.Units(("openvpn-server@server.service", "enabled", "failed")).Facts(), "openvpn-server@server.service");
        const string Path = "/etc/openvpn/server/server.conf";
        host.Config(Path, "server 10.8.0.0 255.255.255.0\n;cipher none\n#duplicate-cn\nduplicate-cn\nverify-client-cert none\nclient-to-client\ncipher none\n").State("/etc/openvpn/server/server.key", 644);
        Judged.Fails(Vpn02.Check, host.Facts(), $"{Path}: duplicate-cn", $"{Path}: verify-client-cert", $"{Path}: client-to-client", $"{Path}: cipher", $"{Path}: tls-crypt", "/etc/openvpn/server/server.key");
    }

    [Theory]
    [InlineData("0.0.0.0/0,::/0", null)]
    [InlineData("192.168.77.0/24", Severity.Medium)]
    public void A_peer_that_speaks_for_others_is_told(string allowed, Severity? severity) =>
        Assert.Equal(severity, Judged.Fails(Vpn02.Check, Host().Text("audit/wireguard.txt", Dump(allowed)).Facts(), "wg0: peer PEERKEY1").Findings[0].Severity);

    [Fact]
    public void A_network_that_the_policy_names_is_an_administrators() =>
        Judged.Passes(Vpn02.Check, Host().Text("audit/wireguard.txt", Dump("10.8.0.0/28,2001:db8::1/128")).Facts(policy: Admins));

    [Fact]
    public void Keys_that_others_read_are_told()
    {
        Judged.Fails(Vpn02.Check, Host().State("/etc/wireguard/privatekey", 644).Facts(), "/etc/wireguard/privatekey");
        Judged.Passes(Vpn02.Check, Host().State("/etc/wireguard/privatekey", 644).State("/etc/wireguard", 700, kind: "directory").Facts());
        Judged.Passes(Vpn02.Check, Host().State("/etc/wireguard/wg0.pub", 644).Facts());
        Judged.IsUnknown(Vpn02.Check, Host().Unreadable("/etc/wireguard").Facts());
    }

    [Fact]
    public void Without_the_VPN_nobody_reaches_the_administration()
    {
        TestHost host = new TestHost().Rules(Closed).Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"), TestHost.Socket("tcp", "0.0.0.0", 16509, "libvirt", "libvirtd"), TestHost.Socket("tcp", "0.0.0.0", 5900, "vnc", "qemu-system-x86"));
        Judged.Passes(Vpn03.Check, host.Facts());
        Judged.Fails(Vpn03.Check, host.Rules("").Facts(), "tcp/22", "tcp/16509", "tcp/5900");
        Judged.Fails(Vpn03.Check, host.Rules("").Facts(Profile.Edge), "tcp/16509", "tcp/5900");
        Judged.Fails(Vpn03.Check, host.Rules(Closed.Replace("udp dport 51820", "tcp dport 22", StringComparison.Ordinal)).Facts(), "tcp/22");
        Judged.IsUnknown(Vpn03.Check, host.Lacks("nft.txt", "it needs root").Facts());
        Judged.IsUnknown(Vpn03.Check, new TestHost().Rules("").Listeners(TestHost.Socket("tcp", "0.0.0.0", 2222, "", "") with { Processes = [] }).Facts());
        Judged.IsUnknown(Vpn03.Check, new TestHost().Rules(Closed).Lacks("listeners.json", "no /proc").Facts());
    }
}
