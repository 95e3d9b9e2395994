using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Exposure.Packets;
using Xunit;

namespace Virtward.Tests.Exposure.Packets;

public sealed class PacketJsonTests
{
    [Fact]
    public void A_packet_has_every_field_that_is_written_and_the_usual_ones_where_not()
    {
        IdentifiedPacket read = Read("""{"id":"a#1","iif":"eth0","saddr":"8.8.8.8","daddr":"203.0.113.10","proto":"tcp","dport":8080,"why":"notes are passed over"}""").Value;
        Assert.Equal("\"a#1\"", read.Id);
        Assert.Equal(
            new Packet { Iif = "eth0", Source = Address.Parse("8.8.8.8"), Destination = Address.Parse("203.0.113.10"), Protocol = 6, SourcePort = 40000, DestinationPort = 8080 },
            read.Packet);
        Assert.Equal(2, read.Packet.TcpFlags);
        Assert.Equal(64, read.Packet.Ttl);
    }

    [Fact]
    public void All_fields()
    {
        Packet packet = Read("""
            {"iif":"vnet0","saddr":"2001:db8::1","daddr":"2001:db8::2","proto":"icmpv6","type":135,"flags":"FPU","ttl":255,"l2":"bridge","vlan":7,
             "smac":"52:54:00:aa:bb:cc","count":8,"pre":[{"iif":"host","saddr":"2001:db8::2","daddr":"2001:db8::1","proto":17,"sport":5,"dport":6}]}
            """).Value.Packet;
        Assert.Equal(58, packet.Protocol);
        Assert.Equal(0, packet.SourcePort);
        Assert.Equal(135, packet.IcmpType);
        Assert.Equal(1 + 8 + 32, packet.TcpFlags);
        Assert.Equal(255, packet.Ttl);
        Assert.True(packet.Bridged);
        Assert.Equal(7, packet.Vlan);
        Assert.Equal(0x525400aabbccUL, packet.SourceMac);
        Assert.Equal(8, packet.Count);
        Packet before = Assert.Single(packet.Before);
        Assert.Equal((17, 5, 6), (before.Protocol, before.SourcePort, before.DestinationPort));
    }

    [Theory]
    [InlineData("{", "no JSON")]
    [InlineData("[]", "is a JSON object")]
    [InlineData("""{"saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp"}""", "'iif'")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1.1","daddr":"1.1.1.2","proto":"tcp"}""", "'saddr' is no IP address")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"::1","proto":"tcp"}""", "different families")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tpc"}""", "'proto' is no protocol")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","dport":65536}""", "'dport' is no number from 0 to 65535")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","dport":"22"}""", "'dport' is no number")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","flags":"SX"}""", "letters other than")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","smac":"1:2"}""", "hardware address")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","count":0}""", "'count'")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","l2":"router"}""", "'l2'")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","pre":7}""", "'pre' is no list")]
    [InlineData("""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","pre":[7]}""", "'iif'")]
    public void What_is_wrong_is_said(string json, string expected) =>
        Assert.Contains(expected, Read(json).Problem!.ToString(), StringComparison.Ordinal);

    [Fact]
    public void Packets_nested_without_end_are_refused()
    {
        string packet = """{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp"}""";
        for (int i = 0; i < 40; i++)
        {
            packet = $$"""{"iif":"a","saddr":"1.1.1.1","daddr":"1.1.1.2","proto":"tcp","pre":[{{packet}}]}""";
        }

        Assert.False(Read(packet).IsOk);
    }

    private static Result<IdentifiedPacket> Read(string json) => PacketJson.Read(Encoding.UTF8.GetBytes(json));

    [Theory]
    [InlineData("""{"id":7,"iif":"eth0","dport":99999}""", "7")]
    [InlineData("""{"id":"a","bogus":1}""", "\"a\"")]
    [InlineData("""{"iif":"eth0"}""", null)]
    [InlineData("[1]", null)]
    [InlineData("not json", null)]
    public void What_is_no_packet_has_its_id_all_the_same(string text, string? id) => Assert.Equal(id, PacketJson.IdOf(System.Text.Encoding.UTF8.GetBytes(text)));
}
