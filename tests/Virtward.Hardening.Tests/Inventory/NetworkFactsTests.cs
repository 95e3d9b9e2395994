using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Network;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory;

public sealed class NetworkFactsTests
{
    private const string Private = "aPrivateKeyaPrivateKeyaPrivateKeyaPrivateKe=";
    private const string Shared = "aSharedKeyaSharedKeyaSharedKeyaSharedKeyaSh=";
    private const string Public = "aPublicKeyaPublicKeyaPublicKeyaPublicKeyaPu=";

    private const string Dump = $"wg0\t{Private}\t{Public}\t51820\toff\n"
        + $"wg0\tpeer1\t{Shared}\t198.51.100.7:51820\t10.8.0.2/32,2001:db8::2/128\t1764200000\t1\t2\t25\n"
        + "wg0\tpeer2\t(none)\t(none)\t(none)\t0\t0\t0\toff\n";

    [Fact]
    public void No_key_of_a_dump_is_kept()
    {
        string clean = WireguardText.Clean(Dump);
        Assert.DoesNotContain(Private, clean, StringComparison.Ordinal);
        Assert.DoesNotContain(Shared, clean, StringComparison.Ordinal);
        Assert.Contains(Public, clean, StringComparison.Ordinal);
        Assert.Equal([("wg0", 51820)], WireguardText.Interfaces(clean));
        Assert.Equal([true, false], WireguardText.Peers(clean).Select(static peer => peer.Preshared));
        Assert.Equal(["10.8.0.2/32", "2001:db8::2/128"], WireguardText.Peers(clean)[0].AllowedIps);
        Assert.Null(WireguardText.Peers(clean)[1].Handshake);
    }

    [Theory]
    [InlineData($"wg0 {Private}\n")]
    [InlineData($"wg0\t{Private}\n")]
    [InlineData($"wg0\t{Private}\t{Public}\t51820\n")]
    [InlineData($"wg0\t{Private}\t{Public}\t51820\toff\tmore\n")]
    [InlineData($"{Private}")]
    [InlineData($"wg0\tpeer\t{Private}\tx\ty\t0\t0\t0\toff\textra")]
    public void A_line_of_another_form_is_dropped_whole(string text) => Assert.DoesNotContain(Private, WireguardText.Clean(text), StringComparison.Ordinal);

    [Theory]
    [InlineData($"PrivateKey = {Private}")]
    [InlineData($"  privatekey={Private}  ")]
    [InlineData($"#PrivateKey = {Private}")]
    [InlineData($"PresharedKey = {Private}")]
    [InlineData($"PostUp = wg set %i private-key <(echo {Private})")]
    [InlineData($"{Private}")]
    [InlineData($"[{Private}]")]
    public void No_key_of_a_configuration_is_kept(string line)
    {
        string clean = WireguardText.CleanConfig($"[Interface]\n{line}\nListenPort = 51820\n[Peer]\nAllowedIPs = 10.8.0.2/32\n");
        Assert.DoesNotContain(Private, clean, StringComparison.Ordinal);
        Assert.Contains("ListenPort = 51820", clean, StringComparison.Ordinal);
        WireguardPeer peer = Assert.Single(WireguardText.Peers(new ConfigFile("/etc/wireguard/wg0.conf", clean)));
        Assert.Equal(["10.8.0.2/32"], peer.AllowedIps);
        Assert.Equal(5, peer.Line);
    }

    [Fact]
    public void No_key_of_OpenVPNs_is_kept()
    {
        const string Text = "server 10.8.0.0 255.255.255.0\n<key>\n-----BEGIN PRIVATE KEY-----\nGEHEIM\n-----END PRIVATE KEY-----\n</key>\n<tls-crypt>\nGEHEIM\n</tls-crypt>\nsecret GEHEIM\ncipher AES-256-GCM\n";
        string clean = OpenVpnConfig.Clean(Text);
        Assert.DoesNotContain("GEHEIM", clean, StringComparison.Ordinal);
        var config = OpenVpnConfig.Read(new ConfigFile("/etc/openvpn/server.conf", clean));
        Assert.True(config.IsServer && config.Has("tls-crypt") && config.Has("key"));
        Assert.Equal("AES-256-GCM", config.Words("cipher")[1]);
        Assert.DoesNotContain("GEHEIM", OpenVpnConfig.Clean("<tls-crypt>\nGEHEIM\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Dnsmasqs_options_are_read()
    {
        DnsmasqOption[] options = [.. DnsmasqConfig.Read(new ConfigFile("x", "# comment\nbind-dynamic\n interface = virbr0 # bridge\nserver=1.1.1.1#5353\n\n"))];
        Assert.Equal(["bind-dynamic", "interface=virbr0", "server=1.1.1.1#5353"], options.Select(static option => option.Text));
        Assert.Equal(4, options[2].Line);
    }

    [Fact]
    public void A_drop_in_of_a_later_name_wins_over_all()
    {
        NetworkFacts facts = NetworkFacts.Read(new TestHost().State("/usr/bin", 755, kind: "directory").Config("/etc/systemd/resolved.conf", "[Resolve]\nLLMNR=yes\n[Other]\nMulticastDNS=yes\n")
            .Config("/usr/lib/systemd/resolved.conf.d/10-x.conf", "[Resolve]\nLLMNR=resolve\n").Config("/etc/systemd/resolved.conf.d/00-virtward.conf", "[Resolve]\nLLMNR=no\n").Snapshot);
        Assert.Equal(("resolve", "/usr/lib/systemd/resolved.conf.d/10-x.conf", 2), facts.Resolved.Find("LLMNR"));
        Assert.Null(facts.Resolved.Find("MulticastDNS"));
        Assert.Null(facts.ResolvedProblem);
    }

    [Theory]
    [InlineData("\0\0\n===\n[[[\n")]
    [InlineData("")]
    public void What_is_no_configuration_breaks_nothing(string text)
    {
        var file = new ConfigFile("x", text);
        Assert.NotNull(DnsmasqConfig.Read(file).ToArray());
        Assert.NotNull(ResolvedConfig.Read([file]));
        Assert.NotNull(OpenVpnConfig.Read(file));
        Assert.Empty(WireguardText.Peers(file));
        Assert.NotNull(OpenVpnConfig.Clean(text));
        NetworkFacts facts = NetworkFacts.Read(new TestHost().Text("ip-link.json", text).Text("audit/wireguard.txt", text).Snapshot);
        Assert.NotNull(facts.LinksProblem);
    }
}
