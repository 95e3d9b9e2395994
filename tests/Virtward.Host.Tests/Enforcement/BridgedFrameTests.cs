using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Host.Tests.Support;
using Xunit;

namespace Virtward.Host.Tests.Enforcement;

/// <summary>Real frames to a guest that is bridged with the host's uplink.</summary>
public sealed class BridgedFrameTests : IDisposable
{
    private const ushort Ipv4 = 0x0800;
    private const ushort Ipv6 = 0x86dd;
    private const int Udp = 17;

    private readonly BridgeScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void Bans_hold_for_a_guest_on_a_bridge_and_for_nobody_else()
    {
        _scene.Sockets.Listen(_scene.Guest, 22);
        _scene.Sockets.Passes("198.51.100.5", BridgeScene.GuestV4, 22);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"), EnforcementScene.Ban("2001:db8:0:100::/64"));
        _scene.Sockets.IsDropped("198.51.100.5", BridgeScene.GuestV4, 22);
        _scene.Sockets.IsDropped("2001:db8:0:100::5", BridgeScene.GuestV6, 22);
        _scene.Sockets.Passes("198.51.100.77", BridgeScene.GuestV4, 22);
        _scene.Sockets.Passes("2001:db8:0:101::5", BridgeScene.GuestV6, 22);
    }

    [Fact]
    public void A_banned_prefix_keeps_its_hole()
    {
        _scene.Sockets.Listen(_scene.Guest, 22);
        _scene.Never.Add(Prefix.Parse("198.51.100.77"));
        _scene.Apply(EnforcementScene.Ban("198.51.100.0/24"));
        _scene.Sockets.IsDropped("198.51.100.5", BridgeScene.GuestV4, 22);
        _scene.Sockets.Passes("198.51.100.77", BridgeScene.GuestV4, 22);
        _scene.Sockets.Passes("198.51.101.9", BridgeScene.GuestV4, 22);
    }

    [Fact]
    public void The_ban_ends_and_is_lifted_as_everywhere()
    {
        _scene.Sockets.Listen(_scene.Guest, 22);
        Ban ban = EnforcementScene.Ban("198.51.100.5");
        _scene.Apply(ban, EnforcementScene.Ban("198.51.100.77", 2));
        _scene.Sockets.IsDropped("198.51.100.5", BridgeScene.GuestV4, 22);
        _scene.Enforcer.Apply([new GuardEvent.Unbanned(ban.Since, ban, UnbanCause.ByHand)]);
        _scene.Sockets.Passes("198.51.100.5", BridgeScene.GuestV4, 22);
        _scene.Sockets.Passes("198.51.100.77", BridgeScene.GuestV4, 22);
    }

    [Fact]
    public void Frames_stop_within_the_transaction_and_are_counted_once()
    {
        Socket guest = _scene.Sockets.Receive(_scene.Guest, 9);
        _scene.Sockets.Send("198.51.100.5", BridgeScene.GuestV4, 9, 100);
        Assert.Equal(1, Received(guest));

        _scene.Apply(EnforcementScene.Ban("198.51.100.5"));
        for (int i = 0; i < 20; i++)
        {
            _scene.Sockets.Send("198.51.100.5", BridgeScene.GuestV4, 9, 100);
        }

        Assert.Equal(0, Received(guest));
        Assert.Equal(20ul, _scene.Enforcer.ReadDropped().Value.Packets);
        Assert.Equal(20ul, _scene.Enforcer.ReadCounts().Value[Prefix.Parse("198.51.100.5")].Packets);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public void Whether_bridges_call_iptables_makes_no_difference(string call)
    {
        if (!_scene.Host.Run(static () => File.Exists("/proc/sys/net/bridge/bridge-nf-call-iptables")))
        {
            Assert.Skip("br_netfilter is not loaded");
        }

        _scene.Host.Sysctl("net.bridge.bridge-nf-call-iptables", call);
        _scene.Host.Sysctl("net.bridge.bridge-nf-call-ip6tables", call);
        Socket guest = _scene.Sockets.Receive(_scene.Guest, 9);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"), EnforcementScene.Ban("2001:db8:0:100::/64"));
        _scene.Sockets.Send("198.51.100.5", BridgeScene.GuestV4, 9, 100);
        _scene.Sockets.Send("2001:db8:0:100::5", BridgeScene.GuestV6, 9, 100);
        _scene.Sockets.Send("198.51.100.77", BridgeScene.GuestV4, 9, 100);
        Assert.Equal(1, Received(guest));

        // One for each banned packet, and not one more for the second hook.
        Assert.Equal(1ul, _scene.Enforcer.ReadCounts().Value[Prefix.Parse("198.51.100.5")].Packets);
    }

    [Fact]
    public void Ports_limit_a_ban_for_fragments_too()
    {
        Socket closed = _scene.Sockets.Receive(_scene.Guest, 53);
        Socket open = _scene.Sockets.Receive(_scene.Guest, 54);
        PortScope ports = new(Transport.Udp, 53, 53);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5", 3600, ports), EnforcementScene.Ban("2001:db8:0:100::/64", 3600, ports));
        foreach (int length in (int[])[100, 4000])
        {
            _scene.Sockets.Send("198.51.100.5", BridgeScene.GuestV4, 53, length);
            _scene.Sockets.Send("198.51.100.5", BridgeScene.GuestV4, 54, length);
            _scene.Sockets.Send("2001:db8:0:100::5", BridgeScene.GuestV6, 53, length);
            _scene.Sockets.Send("2001:db8:0:100::5", BridgeScene.GuestV6, 54, length);
            _scene.Sockets.Send("198.51.100.77", BridgeScene.GuestV4, 53, length);
            Assert.Equal(2, Received(open));
            Assert.Equal(1, Received(closed));
        }

        // A whole-address ban holds for each fragment by itself.
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"));
        _scene.Sockets.Send("198.51.100.5", BridgeScene.GuestV4, 54, 4000);
        Assert.Equal(0, Received(open));
    }

    [Fact]
    public void A_first_fragment_without_ports_brings_nothing_through()
    {
        // RFC 7112 and RFC 8200 section 4.5: whoever puts such a datagram together discards it. The frames pass here.
        Socket guest = _scene.Sockets.Receive(_scene.Guest, 53);
        _scene.Apply(EnforcementScene.Ban("2001:db8:0:100::/64", 3600, new PortScope(Transport.Udp, 53, 53)));
        using RawFrames frames = Frames();
        byte[] options = [Udp, 0, 1, 4, 0, 0, 0, 0];
        frames.Send([], Ipv6, V6("2001:db8:0:100::5", 60, [.. options, .. Datagram(53)]));
        frames.Send([], Ipv6, V6("2001:db8:0:100::5", 44, [60, 0, 0, 1, 0, 0, 0, 9, .. options]));
        frames.Send([], Ipv6, V6("2001:db8:0:100::5", 44, [60, 0, 0, 8, 0, 0, 0, 9, .. Datagram(53)]));
        Assert.Equal(0, Received(guest));
        frames.Send([], Ipv6, V6("2001:db8:0:101::5", 60, [.. options, .. Datagram(53)]));
        Assert.Equal(1, Received(guest));
    }

    [Fact]
    public void One_VLAN_tag_hides_nothing()
    {
        _scene.Guest.Nft("""
            table netdev seen {
                counter tagged { packets 0 bytes 0; }
                chain frames {
                    type filter hook ingress device "e0" priority 0; policy accept;
                    vlan id 5 ip saddr 198.51.100.0/24 counter name "tagged"
                }
            }
            """);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"));
        using RawFrames frames = Frames();
        frames.Send([5], Ipv4, V4("198.51.100.5", Datagram(9)));
        frames.Send([5], Ipv4, V4("198.51.100.77", Datagram(9)));
        frames.Send([0], Ipv4, V4("198.51.100.5", Datagram(9)));
        Assert.Contains("packets 1 ", _scene.Guest.Exec("nft", ["list", "counter", "netdev", "seen", "tagged"]), StringComparison.Ordinal);
        Assert.Equal(2ul, _scene.Enforcer.ReadCounts().Value[Prefix.Parse("198.51.100.5")].Packets);
    }

    [Fact]
    public async Task The_chain_follows_the_uplink_wherever_it_goes()
    {
        _scene.Sockets.Listen(_scene.Guest, 22);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"));
        _scene.Keep();
        await HoldsAtAsync("up0");

        // Renamed.
        _scene.Host.Ip("link set up0 down");
        _scene.Host.Ip("link set up0 name wan0");
        _scene.Host.Ip("link set wan0 up");
        await HoldsAtAsync("wan0");

        // Gone, and there is no chain; and back under the same name.
        _scene.Host.Ip("link del wan0");
        await Eventually.HoldsAsync(() => !_scene.HasIngress, "no uplink, no chain");
        _scene.AddUplink("wan0");
        await HoldsAtAsync("wan0");

        // Gone and back between two looks.
        _scene.Host.Ip("link del wan0");
        _scene.AddUplink("wan0");
        await HoldsAtAsync("wan0");

        // Taken out of the bridge, and back.
        _scene.Host.Ip("link set wan0 nomaster");
        await Eventually.HoldsAsync(() => !_scene.HasIngress, "not a port, no chain");
        _scene.Host.Ip("link set wan0 master br0");
        await HoldsAtAsync("wan0");

        // A second one beside it, with a name that is a word of nft's.
        _scene.Host.Ip("link add counter type vxlan id 7 dstport 4789 remote 192.0.2.1");
        _scene.Host.Ip("link set counter master br0");
        await Eventually.HoldsAsync(() => Devices().Contains("counter", StringComparison.Ordinal), "both");
        await HoldsAtAsync("wan0");

        int before = _scene.Rebuilt;
        _scene.Host.Nft("flush ruleset");
        await Eventually.HoldsAsync(() => _scene.Rebuilt > before && _scene.HasIngress, "back after a flush");
        await HoldsAtAsync("wan0");
    }

    [Fact]
    public async Task A_macvtap_is_covered_by_the_device_below()
    {
        _scene.Keep();
        _scene.Host.Ip("link del up0");
        await Eventually.HoldsAsync(() => !_scene.HasIngress, "no uplink");
        _scene.Host.Ip("link add link wire0 name macvtap0 type macvtap mode bridge");
        _scene.Host.Ip("link set macvtap0 up");
        await Eventually.HoldsAsync(() => _scene.HasIngress, "the chain hangs below the macvtap");
        Assert.Contains("wire0", Devices(), StringComparison.Ordinal);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"));
        using var frames = new RawFrames(_scene.Internet, "a0", RawFrames.MacOf(_scene.Host, "macvtap0"));
        long before = ReceivedBy("macvtap0");
        frames.Send([], Ipv4, V4("198.51.100.5", Datagram(9)));
        Assert.Equal(before, ReceivedBy("macvtap0"));
        frames.Send([], Ipv4, V4("198.51.100.77", Datagram(9)));
        Assert.Equal(before + 1, ReceivedBy("macvtap0"));
        Assert.Equal(1ul, _scene.Enforcer.ReadCounts().Value[Prefix.Parse("198.51.100.5")].Packets);
    }

    [Fact]
    public void A_guest_that_comes_changes_nothing()
    {
        _scene.Host.Ip("link add vnet1 type veth peer name peer1");
        _scene.Host.Ip("link set vnet1 master br0");
        _scene.Host.Ip("tuntap add vnet2 mode tap");
        _scene.Host.Ip("link set vnet2 master br0");
        Assert.False(_scene.Enforcer.IsElsewhere());
        Assert.Equal(["up0"], _scene.Uplinks.Read().Value);
    }

    [Fact]
    public void Flush_lets_frames_pass_again()
    {
        _scene.Sockets.Listen(_scene.Guest, 22);
        _scene.Apply(EnforcementScene.Ban("198.51.100.5"));
        _scene.Sockets.IsDropped("198.51.100.5", BridgeScene.GuestV4, 22);
        Assert.True(_scene.Enforcer.Flush().IsOk);
        _scene.Sockets.Passes("198.51.100.5", BridgeScene.GuestV4, 22);
        Assert.False(_scene.HasIngress);
    }

    private static int Received(Socket socket)
    {
        int count = 0;
        while (socket.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead))
        {
            _ = socket.Receive(new byte[8192]);
            count++;
        }

        return count;
    }

    private static byte[] Datagram(ushort port) => [0, 7, (byte)(port >> 8), (byte)port, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    private static byte[] V4(string source, byte[] payload)
    {
        byte[] packet =
        [
            0x45, 0, 0, (byte)(20 + payload.Length), 0, 1, 0, 0, 64, Udp, 0, 0,
            .. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(BridgeScene.GuestV4).GetAddressBytes(), .. payload,
        ];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Checksum(packet.AsSpan(0, 20)));
        return packet;
    }

    // UDP over IPv6 has a checksum in any case: over the two addresses, the length and the protocol as well (RFC 8200 section 8.1).
    private static byte[] V6(string source, byte next, byte[] payload)
    {
        byte[] addresses = [.. IPAddress.Parse(source).GetAddressBytes(), .. IPAddress.Parse(BridgeScene.GuestV6).GetAddressBytes()];
        Span<byte> datagram = payload.Length >= 16 ? payload.AsSpan(payload.Length - 16) : [];
        if (datagram.Length == 16)
        {
            BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], Checksum([.. addresses, 0, 0, 0, 16, 0, 0, 0, Udp, .. datagram]));
        }

        return [0x60, 0, 0, 0, 0, (byte)payload.Length, next, 64, .. addresses, .. payload];
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i + 1 < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~((sum & 0xffff) + (sum >> 16));
    }

    private RawFrames Frames() => new(_scene.Internet, "a0", RawFrames.MacOf(_scene.Guest, "e0"));

    private long ReceivedBy(string device)
    {
        string line = _scene.Host.Run(() => File.ReadAllText("/proc/thread-self/net/dev"))
            .Split('\n').Single(line => line.TrimStart().StartsWith($"{device}:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    private string Devices() => _scene.HasIngress ? _scene.Host.Exec("nft", ["list", "chain", "inet", "virtward", "guard_ingress"]).Split(';')[0] : "";

    private async Task HoldsAtAsync(string device)
    {
        await Eventually.HoldsAsync(() => Devices().Contains(device, StringComparison.Ordinal), $"the chain hangs on {device}");
        _scene.Sockets.IsDropped("198.51.100.5", BridgeScene.GuestV4, 22);
        _scene.Sockets.Passes("198.51.100.77", BridgeScene.GuestV4, 22);
    }
}
