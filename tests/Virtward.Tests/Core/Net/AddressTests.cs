using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Virtward.Core.Net;
using Xunit;

namespace Virtward.Tests.Core.Net;

public sealed class AddressTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("::FFFF:c000:0201", "192.0.2.1")]
    [InlineData("2001:DB8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("1::", "1::")]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221")]
    [InlineData("0.0.0.0", "0.0.0.0")]
    public void Reads_every_form_into_one(string text, string expected)
    {
        Assert.True(Address.TryParse(text, out Address address));
        Assert.Equal(IPAddress.Parse(expected), address.ToIPAddress());
    }

    [Theory]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("1.2.3.256")]
    [InlineData("01.2.3.4")]
    [InlineData("1.2.3.4 ")]
    [InlineData(":")]
    [InlineData(":::")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1::2::3")]
    [InlineData("1:2:3:4:5:6:7::8")]
    [InlineData("12345::")]
    [InlineData("fe80::1%eth0")]
    [InlineData("1:2:3:4:5:6:7:1.2.3.4")]
    [InlineData("1:")]
    [InlineData(":1")]
    [InlineData("[::1]")]
    public void Refuses_what_is_no_address(string text) => Assert.False(Address.TryParse(text, out _));

    [Fact]
    public void Agrees_with_the_framework_on_random_ipv6_texts()
    {
        var random = new Random(7);
        string[] pieces = ["0", "1", "ffff", "db8", "abcd", "00a", "1.2.3.4", "", "", "12345", "g"];
        for (int i = 0; i < 200_000; i++)
        {
            var text = new StringBuilder();
            int parts = random.Next(1, 10);
            for (int p = 0; p < parts; p++)
            {
                text.Append(p == 0 ? "" : ":").Append(pieces[random.Next(pieces.Length)]);
            }

            string candidate = text.ToString();
            if (!candidate.Contains(':', StringComparison.Ordinal))
            {
                continue;
            }

            bool expected = IPAddress.TryParse(candidate, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6;
            bool got = Address.TryParse(candidate, out Address address);
            Assert.True(expected == got, candidate);
            if (expected)
            {
                Assert.Equal(Address.From(ip!), address);
            }
        }
    }

    [Fact]
    public void Agrees_with_a_plain_reading_on_random_ipv4_texts()
    {
        var random = new Random(8);
        string[] pieces = ["0", "1", "9", "10", "25", "99", "100", "199", "249", "255", "256", "999", "00", "01", "001", "1000", "", "a", "1 ", "-1", "/", ":"];
        int read = 0;
        for (int i = 0; i < 300_000; i++)
        {
            int numbers = random.Next(20) == 0 ? random.Next(1, 6) : 4;
            int common = random.Next(4) == 0 ? pieces.Length : 10;
            string text = string.Join('.', Enumerable.Range(0, numbers).Select(_ => pieces[random.Next(common)]));
            string[] parts = text.Split('.');
            bool expected = parts.Length == 4 && parts.All(part => part.Length is >= 1 and <= 3 && part.All(char.IsAsciiDigit)
                && (part.Length == 1 || part[0] != '0') && int.Parse(part, CultureInfo.InvariantCulture) <= 255);
            if (text.Contains(':', StringComparison.Ordinal))
            {
                continue;
            }

            Assert.True(Address.TryParse(text, out Address address) == expected, text);
            if (expected)
            {
                read++;
                Assert.Equal(parts.Aggregate(0u, (bits, part) => (bits << 8) | uint.Parse(part, CultureInfo.InvariantCulture)), address.V4);
            }
        }

        Assert.True(read > 100_000);
    }
}
