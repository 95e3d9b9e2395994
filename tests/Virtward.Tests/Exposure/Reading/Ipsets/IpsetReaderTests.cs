using System.Collections.Immutable;
using Virtward.Exposure.Reading.Ipsets;
using Virtward.Exposure.Reading.Iptables;
using Virtward.Exposure.Rulesets;
using Virtward.Tests.Exposure.Reading.Iptables;
using Xunit;

namespace Virtward.Tests.Exposure.Reading.Ipsets;

public sealed class IpsetReaderTests
{
    private const string Sets = """
        create ips hash:ip family inet hashsize 1024 maxelem 65536 timeout 300 bucketsize 12 initval 0x69d9d614
        add ips 192.0.2.1 timeout 299
        add ips 192.0.2.2 timeout 0
        create cut hash:ip family inet hashsize 1024 maxelem 65536 netmask 24
        add cut 198.51.100.0
        create ips6 hash:ip family inet6 hashsize 1024 maxelem 65536 counters comment skbinfo
        add ips6 2001:db8::1 packets 0 bytes 0 comment "nomatch of ours"
        create nets hash:net family inet hashsize 1024 maxelem 65536
        add nets 10.0.0.0/8
        add nets 10.1.0.0/16 nomatch
        add nets 10.1.2.0/24
        create ports hash:ip,port family inet hashsize 1024 maxelem 65536
        add ports 192.0.2.1,tcp:80
        add ports 192.0.2.1,udp:53
        create pings hash:ip,port family inet
        add pings 192.0.2.1,icmp:echo-request
        create faces hash:net,iface family inet
        add faces 10.0.0.0/8,eth0
        add faces 10.0.0.0/8,wg wildcard
        create open bitmap:port range 0-1000
        add open 22
        create pairs bitmap:ip,mac range 192.0.2.0-192.0.2.255
        add pairs 192.0.2.1,52:54:00:11:22:33
        add pairs 192.0.2.2
        create all list:set size 8
        add all ips
        add all nets
        create mixed list:set size 8
        add mixed ips
        add mixed ports

        """;

    [Theory]
    [InlineData("-m set --match-set ips src", "ip saddr == @ips", "ips ipv4_addr timeout {0xc0000201 for 299s, 0xc0000202}")]
    [InlineData("-m set ! --match-set cut dst", "ip daddr != @cut", "cut ipv4_addr {0xc6336400-0xc63364ff}")]
    [InlineData(
        "-m set --match-set nets src",
        "ip saddr == @nets",
        "nets ipv4_addr {0xa000000-0xa00ffff, 0xa010200-0xa0102ff, 0xa020000-0xaffffff}")]
    [InlineData(
        "-m set --match-set ports src,dst",
        "ip saddr . l4proto . th dport == @ports",
        "ports ipv4_addr.inet_proto.inet_service {0xc0000201 . 6 . 80, 0xc0000201 . 17 . 53}")]
    [InlineData(
        "-m set ! --match-set ports dst,src",
        "l4proto != {6, 17, 33, 132, 136} | ip daddr . l4proto . th sport != @ports",
        "ports ipv4_addr.inet_proto.inet_service {0xc0000201 . 6 . 80, 0xc0000201 . 17 . 53}")]
    [InlineData(
        "-m set --match-set pings src,src",
        "ip saddr . l4proto . th sport == @pings",
        "pings ipv4_addr.inet_proto.inet_service { opaque[192.0.2.1,icmp:echo-request]}")]
    [InlineData("-m set --match-set open dst", "l4proto . th dport == @open", "open inet_proto.inet_service {6 . 22, 17 . 22}")]
    [InlineData(
        "-m set --match-set pairs src,src",
        "ip saddr . ether saddr == @pairs",
        "pairs ipv4_addr.ether_addr {0xc0000201 . 0x525400112233, 0xc0000202 . 0-0xffffffffffff}")]
    [InlineData(
        "-m set --match-set all src",
        "ip saddr == @all",
        "all ipv4_addr timeout {0xc0000201 for 299s, 0xc0000202, 0xa000000-0xa00ffff, 0xa010200-0xa0102ff, 0xa020000-0xaffffff}")]
    [InlineData("-m set --match-set mixed src", "opaque[-m set --match-set mixed src]", null)]
    [InlineData("-m set --match-set gone src", "opaque[-m set --match-set gone src]", null)]
    [InlineData("-m set --match-set ips6 src", "l4proto == {}", null)]
    [InlineData("-m set ! --match-set ports src", "l4proto != {}", null)]
    [InlineData("-m set --match-set ips src --bytes-gt 5", "opaque[-m set --match-set ips src --bytes-gt 5]", null)]
    [InlineData("-j SET --add-set ips src --exist --timeout 60", "Update@ips{ip saddr} 60s", "ips ipv4_addr dynamic timeout {0xc0000201 for 299s, 0xc0000202}")]
    [InlineData("-j SET --del-set gone src", "pass[-j SET --del-set gone src]", null)]
    public void Rules_look_sets_up(string rule, string expected, string? set)
    {
        ImmutableDictionary<string, Ipset> sets = IpsetReader.Read(Sets).Value;
        string text = $"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT {rule}\nCOMMIT\n";
        Ruleset ruleset = IptablesReader.Read(text, false, TableOrigin.IptablesNft, sets).Value;

        Assert.Equal(expected, string.Join(" | ", ruleset.Tables[0].Chains[0].Rules.Select(SavedModelText.Of)));
        IEnumerable<string> lines = SavedModelText.Of(ruleset).Split('\n')
            .Where(l => l.StartsWith("  set ", StringComparison.Ordinal)).Select(l => l[6..]);
        Assert.Equal(set is null ? [] : [set], lines);
    }

    [Fact]
    public void A_set_that_another_table_fills_has_members_that_nobody_shows()
    {
        const string Text = """
            *raw
            :PREROUTING ACCEPT [0:0]
            -A PREROUTING -j SET --add-set cut src
            COMMIT
            *filter
            :INPUT ACCEPT [0:0]
            -A INPUT -m set --match-set cut src -j DROP
            COMMIT
            """;
        Ruleset ruleset = IptablesReader.Read(Text, false, TableOrigin.IptablesNft, IpsetReader.Read(Sets).Value).Value;

        Assert.Equal([(true, 0), (true, 1)], ruleset.Tables.Select(t => (t.Sets[0].Dynamic, t.Sets[0].Contents.Opaque.Length)));
    }

    [Fact]
    public void Interfaces_and_wildcards_are_members()
    {
        Ipset set = IpsetReader.Read(Sets).Value["faces"];

        Assert.Equal(2, set.Contents.Count);
        Assert.True(set.Contents.Keys[1].IsSingle);
        Assert.False(set.Contents.Keys[3].IsSingle);
    }

    [Theory]
    [InlineData("add nowhere 192.0.2.1\n", 1)]
    [InlineData("create a hash:ip\nnonsense\n", 2)]
    public void What_is_no_set_is_told_with_its_line(string text, int line) => Assert.Equal(line, IpsetReader.Read(text).Problem?.Line);

    [Fact]
    public void Whole_address_spaces_and_their_ends_are_split_at_exceptions()
    {
        const string Text = """
            create nets hash:net family inet6
            add nets ::/1
            add nets 8000::/1
            add nets ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff nomatch
            add nets :: nomatch
            """;
        Ipset set = IpsetReader.Read(Text).Value["nets"];

        Assert.Equal((UInt128)1, set.Contents.Keys[0].First);
        Assert.Equal(UInt128.MaxValue - 1, set.Contents.Keys[^1].Last);
    }
}
