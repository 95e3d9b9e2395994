using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Xunit;

namespace Virtward.Tests.Exposure.Reading;

public sealed class ValueTextTests
{
    [Theory]
    [InlineData(DataType.Ipv4Address, "198.51.100.7", "C6336407", "C6336407")]
    [InlineData(DataType.Ipv4Address, "10.0.0.0/8", "A000000", "AFFFFFF")]
    [InlineData(DataType.Ipv4Address, "10.0.0.1-10.0.0.9", "A000001", "A000009")]
    [InlineData(DataType.Ipv4Address, "0.0.0.0/0", "0", "FFFFFFFF")]
    [InlineData(DataType.Ipv6Address, "2001:db8::/32", "20010DB8000000000000000000000000", "20010DB8FFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(DataType.Ipv6Address, "::ffff:192.0.2.1", "FFFFC0000201", "FFFFC0000201")]
    [InlineData(DataType.Ipv6Address, "::/0", "0", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(DataType.InetService, "22-80", "16", "50")]
    [InlineData(DataType.InetService, "ssh", "16", "16")]
    [InlineData(DataType.Icmp6Type, "echo-request", "80", "80")]
    [InlineData(DataType.Icmp6Type, "nd-router-solicit-nd-neighbor-advert", "85", "88")]
    [InlineData(DataType.EtherAddress, "52:54:00:ab:cd:ef", "525400ABCDEF", "525400ABCDEF")]
    [InlineData(DataType.Mark, "0x0000002a", "2A", "2A")]
    [InlineData(DataType.ClassId, "1:a0", "100A0", "100A0")]
    [InlineData(DataType.ClassId, "root", "FFFFFFFF", "FFFFFFFF")]
    [InlineData(DataType.Hour, "10:30", "93A8", "93A8")]
    [InlineData(DataType.Day, "Saturday", "6", "6")]
    [InlineData(DataType.Duration, "1m500ms", "3D", "3D")]
    [InlineData(DataType.CtState, "untracked", "40", "40")]
    [InlineData(DataType.InterfaceName, "lo", "6C6F0000000000000000000000000000", "6C6F0000000000000000000000000000")]
    [InlineData(DataType.InterfaceName, "lo*", "6C6F0000000000000000000000000000", "6C6FFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData(DataType.InterfaceName, "l\\*", "6C2A0000000000000000000000000000", "6C2A0000000000000000000000000000")]
    [InlineData(DataType.InterfaceIndex, "7", "7", "7")]
    public void Constants_are_read_as_nft_prints_them(DataType type, string text, string first, string last)
    {
        Assert.True(ValueText.TryParse(type, 0, text, out ValueRange range));
        Assert.Equal((first, last), ($"{range.First:X}", $"{range.Last:X}"));
    }

    [Theory]
    [InlineData(DataType.Ipv4Address, "198.51.100")]
    [InlineData(DataType.Ipv4Address, "198.51.100.256")]
    [InlineData(DataType.Ipv4Address, "198.51.100.7/33")]
    [InlineData(DataType.Ipv4Address, "10.0.0.9-10.0.0.1")]
    [InlineData(DataType.Ipv6Address, "2001:db8::/129")]
    [InlineData(DataType.CtState, "sleepy")]
    [InlineData(DataType.EtherAddress, "52:54:00:ab:cd")]
    [InlineData(DataType.Mark, "0x")]
    [InlineData(DataType.Mark, "")]
    [InlineData(DataType.Duration, "5")]
    public void What_is_no_constant_is_refused(DataType type, string text)
    {
        if (type == DataType.Duration)
        {
            Assert.False(ValueText.TryDuration(text, out _));
            return;
        }

        Assert.False(ValueText.TryParse(type, 0, text, out _));
    }

    [Fact]
    public void Every_field_of_the_model_has_its_words()
    {
        foreach (PacketField field in Enum.GetValues<PacketField>())
        {
            FieldSymbol symbol = FieldTable.Of(field);
            Assert.InRange(symbol.Width, 1, 128);
            Assert.True(FieldTable.TryFind(symbol.Keyword, out FieldSymbol? again));
            Assert.Equal(field, again.Field);
        }
    }

    [Fact]
    public void Priorities_of_the_bridge_family_are_its_own()
    {
        Assert.True(PriorityTable.TryGet(Family.Bridge, "filter", out int bridge));
        Assert.True(PriorityTable.TryGet(Family.Inet, "filter", out int inet));
        Assert.Equal((-200, 0), (bridge, inet));
    }
}
