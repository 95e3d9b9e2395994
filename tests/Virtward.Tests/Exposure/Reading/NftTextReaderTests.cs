using Virtward.Core.Results;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;
using Xunit;

namespace Virtward.Tests.Exposure.Reading;

public sealed class NftTextReaderTests
{
    // The meanings are what nft --debug=netlink shows for these forms.
    [Theory]
    [InlineData("tcp flags syn", "tcp flags any 2")]
    [InlineData("tcp flags == syn", "tcp flags == 2")]
    [InlineData("tcp flags != syn", "tcp flags != 2")]
    [InlineData("tcp flags ! syn,rst", "tcp flags none 6")]
    [InlineData("tcp flags { syn, ack }", "tcp flags == { 2, 10 }")]
    [InlineData("tcp flags { fin | ack, 0x0 }", "tcp flags == { 11, 0 }")]
    [InlineData("tcp flags syn / syn,ack", "(tcp flags & 12) == 2")]
    [InlineData("tcp flags != syn / syn,ack", "(tcp flags & 12) != 2")]
    [InlineData("tcp flags & (fin | syn | rst | ack) == syn", "(tcp flags & 17) == 2")]
    [InlineData("tcp flags & (fin | syn) != 0x0", "(tcp flags & 3) != 0")]
    [InlineData("ct state established,related", "ct state any 6")]
    [InlineData("ct state established | related", "ct state == 6")]
    [InlineData("ct state != established | related", "ct state != 6")]
    [InlineData("ct state != { established, related }", "ct state != { 2, 4 }")]
    [InlineData("ct state vmap { established : accept, invalid : drop }", "ct state vmap { 2 : Accept, 1 : Drop }")]
    [InlineData("ct status dnat", "ct status any 20")]
    [InlineData("ct status != dnat", "ct status != 20")]
    [InlineData("ct label 1", "ct label any 2")]
    [InlineData("ip frag-off & 8191 != 0", "(ip frag-off & 1fff) != 0")]
    [InlineData("ip saddr . tcp dport != @s", "ip saddr . tcp dport != @s")]
    [InlineData("ip saddr & 255.255.255.0 @net24 drop", "(ip saddr & ffffff00) == @net24; Drop")]
    [InlineData("ip saddr & 255.255.255.0 . tcp dport @both", "(ip saddr & ffffff00) . tcp dport == @both")]
    [InlineData("(meta mark ^ 0x1) & 0xff == 0x2", "((meta mark ^ 1) & ff) == 2")]
    [InlineData("meta mark set ct mark & 0xff | 0x10", "meta mark set ((ct mark & ff) | 10)")]
    [InlineData("iif 5 drop", "meta iif == 5; Drop")]
    [InlineData("iif eth0", "meta iif == \"eth0\"")]
    [InlineData("iifname eth0 oifname != \"wg*\"", "meta iifname == \"eth0\"; meta oifname != \"wg\"..7767ffffffffffffffffffffffffffff")]
    [InlineData("mark 0x1 skuid 0 pkttype broadcast", "meta mark == 1; meta skuid == 0; meta pkttype == 1")]
    [InlineData("mark and 0xff == 0x1", "(meta mark & ff) == 1")]
    [InlineData("ip ttl lt 5", "ip ttl < 5")]
    [InlineData("fib saddr . iif check missing drop", "fib Saddr Iif Exists == 0; Drop")]
    [InlineData("fib saddr . iif oif 0", "fib Saddr Iif Oif == 0")]
    [InlineData("fib daddr . oif type { local, broadcast }", "fib Daddr Oif Type == { 2, 3 }")]
    [InlineData("ct original ip saddr 192.0.2.1 ct reply proto-dst 22", "ct original [ip saddr] == c0000201; ct reply [th dport] == 16")]
    [InlineData("ct original l3proto ipv6", "ct original [meta protocol] == 86dd")]
    [InlineData("ct reply proto-dst { 0x1 [invalid type]-0x5 [invalid type], 0x50 [invalid type] }", "ct reply [th dport] == { 1..5, 50 }")]
    [InlineData("socket cgroupv2 level 1 \"user.slice\"", "?(socket cgroupv2 level 1) == ?(\"user.slice\")")]
    [InlineData("socket transparent 1 socket mark 0x2", "socket transparent == 1; socket mark == 2")]
    [InlineData("dnat to 10.0.0.1:tcp dport map { 22 : 8000 }", "Destination to a000001 port tcp dport map { 16 : 1f40 }")]
    [InlineData("redirect to :tcp dport map { 22 : 8000 }", "Redirect port tcp dport map { 16 : 1f40 }")]
    [InlineData("dnat ip addr . port to ip saddr map @m", "Destination Ip to ip saddr map @m")]
    [InlineData("snat to [2001:db8::1]-[2001:db8::5]:1-9 fully-random,persistent",
        "Source to 20010db8000000000000000000000001..20010db8000000000000000000000005 port 1..9 fully-random,persistent")]
    [InlineData("queue flags bypass,fanout to 1-3", "Queue bypass")]
    [InlineData("queue num 1-3 bypass", "Queue bypass")]
    [InlineData("queue to oifname map { \"eth0\" : 0 }", "Queue")]
    [InlineData("queue", "Queue")]
    [InlineData("flow add @ft accept", "pass; Accept")]
    [InlineData("flow offload @ft", "pass")]
    [InlineData("meta secmark set \"sm\"", "pass")]
    [InlineData("last used never", "pass")]
    [InlineData("limit rate over 2 mbytes/second burst 5 kbytes drop", "limit over 2097152/1s burst 5120 bytes; Drop")]
    [InlineData("limit rate 3/minute", "limit 3/60s burst 5")]
    [InlineData("meter m { ip saddr . tcp dport timeout 1m limit rate 3/minute } accept",
        "Add @m { ip saddr . tcp dport for 60s [limit 3/60s burst 5] }; Accept")]
    [InlineData("update @m { ip saddr timeout 30s : 0x5 }", "Update @m { ip saddr : 5 for 30s }")]
    [InlineData("delete @m { ether saddr . vlan id }", "Delete @m { ether saddr . vlan id }")]
    [InlineData("xt match \"recent\" drop", "?(xt match \"recent\"); Drop")]
    [InlineData("xt target \"CHECKSUM\"", "pass")]
    [InlineData("udp dport 53 xt target \"SNPT\"", "udp dport == 35; ?!(xt target \"SNPT\")")]
    [InlineData("ip saddr 192.0.2.1 # xt_recent counter packets 0 bytes 0 drop", "ip saddr == c0000201; ?(# xt_recent); pass; Drop")]
    [InlineData("tcp option mptcp subtype 1", "[tcp option mptcp subtype]/4 == 1")]
    [InlineData("tcp option @8,8,16 0x10", "[tcp option @8,8,16]/16 == 10")]
    [InlineData("reject with icmpx type admin-prohibited", "reject icmpx admin-prohibited")]
    [InlineData("log prefix \"a # handle 9 \" flags tcp sequence,options accept", "pass; Accept")]
    [InlineData("vlan id 5 ip saddr 192.0.2.1", "vlan id == 5; ip saddr == c0000201")]
    [InlineData("@nh,128,32 & 0xff != 0x1", "(@Network,128,32 & ff) != 1")]
    [InlineData("meta hour \"10:00\"-\"12:00\" accept", "meta hour == 8ca0..a8c0; Accept")]
    [InlineData("meta hour != \"22:00\"-\"06:00\" drop", "meta hour != { 0..5460, 13560..1517f }; Drop")]
    [InlineData("meta day { \"Saturday\", \"Sunday\" }", "meta day == { 6, 0 }")]
    public void A_statement_means_what_the_kernel_makes_of_it(string rule, string model)
    {
        Rule read = Rule(rule, out Ruleset _);
        Assert.Equal(model, ModelText.Of(read));
        Assert.Equal(7, read.Handle);
        Assert.Equal(rule, read.Text);
    }

    [Theory]
    [InlineData("ip saddr 192.0.2.1 frobnicate 5 accept", "ip saddr == c0000201; ?!(frobnicate 5 accept)", "frobnicate 5 accept", 22)]
    [InlineData("ct state sleepy accept", "?!(ct state sleepy accept)", "ct state sleepy accept", 3)]
    [InlineData("tcp dport { 22, foo { bar }, 80 } accept", "tcp dport == { 16, 50 ?(foo { bar }) }; Accept", "foo { bar }", 19)]
    [InlineData("vxlan ip saddr 192.0.2.1 drop", "?!(vxlan ip saddr 192.0.2.1 drop)", "vxlan ip saddr 192.0.2.1 drop", 3)]
    [InlineData("ct mark \"office\" drop", "ct mark == ?(\"office\"); Drop", "\"office\"", 11)]
    [InlineData("log prefix \"a\\\" accept \\\"\"", "?!(log prefix \"a\\\" accept \\\"\")", "log prefix \"a\\\" accept \\\"\"", 3)]
    [InlineData("ct original packets > 5 drop", "?(ct original packets) > 5; Drop", "ct original packets", 3)]
    public void What_is_unknown_becomes_opaque_and_is_noted_with_its_place(string rule, string model, string noted, int column)
    {
        Rule read = Rule(rule, out Ruleset ruleset);
        Assert.Equal(model, ModelText.Of(read));
        Problem note = Assert.Single(ruleset.Notes);
        Assert.EndsWith($": {noted}", note.What, StringComparison.Ordinal);
        Assert.Equal((3, column), (note.Line, note.Column));
    }

    [Fact]
    public void A_rule_after_an_unknown_one_is_read()
    {
        Ruleset ruleset = Read("table ip t {\n chain c {\n  what { ever\n  } # handle 1\n  accept # handle 2\n }\n}\n");
        Assert.Equal(["?!(what { ever })", "Accept"], ruleset.Tables[0].Chains[0].Rules.Select(ModelText.Of));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("\n\n", 0)]
    [InlineData("table ip t { # handle 1\n}\n", 1)]
    [InlineData("\uFEFFtable ip t {\r\n}\r\n", 1)]
    public void Small_listings_are_read(string text, int tables) => Assert.Equal(tables, Read(text).Tables.Length);

    [Theory]
    [InlineData("hello", 1, 1, "a table must begin here, not 'hello'")]
    [InlineData("table ip t {\n}\n}\n", 3, 1, "a table must begin here, not '}'")]
    [InlineData("table ipx t {\n}\n", 1, 7, "a family must stand here, not 'ipx'")]
    [InlineData("table ip t {\n\tchain c {\n\t\tip saddr 192.0.2.1 acc", 3, 25, "the listing ends inside chain c, which line 2 opens")]
    [InlineData("table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 192.0.2.1,", 4, 26,
        "the elements of s, which line 2 begins, cannot be followed to their end")]
    [InlineData("table ip t {\n\tset s {\n\t\ttype ipv4_addr\n", 4, 1, "the listing ends inside the set s, which line 2 begins")]
    [InlineData("table ip t {\n\tcounter c {\n", 3, 1, "the listing ends inside table t, which line 1 opens")]
    [InlineData("table ip t {\n\tchain c {\n\t\ttype filter hook sideways priority 0; policy drop;\n\t}\n}\n", 3, 20,
        "where chain c is attached is not understood at 'sideways'")]
    [InlineData("table ip t {\n\tchain c {\n\t\ttype filter hook input priority 0; policy maybe;\n\t}\n}\n", 3, 45, "the policy of chain c is not understood: 'maybe'")]
    public void A_structure_that_cannot_be_followed_is_one_problem_with_its_place(string text, int line, int column, string what)
    {
        Result<Ruleset> read = NftTextReader.Read(text);
        Assert.False(read.IsOk);
        Assert.Equal((what, line, column), (read.Problem.What, read.Problem.Line, read.Problem.Column));
    }

    [Fact]
    public void Tables_say_who_runs_them_and_whether_they_sleep()
    {
        Ruleset ruleset = Read("""
            # Warning: table ip nat is managed by iptables-nft, do not touch!
            table ip nat {
            }
            table inet a { # handle 3
            	comment "mine"
            	flags dormant,owner
            }
            table ip6 filter {
            	chain INPUT {
            		xt match "rpfilter" drop
            	}
            }
            """);
        Assert.Equal(
            [(TableOrigin.IptablesNft, false), (TableOrigin.Nftables, true), (TableOrigin.IptablesNft, false)],
            ruleset.Tables.Select(t => (t.Origin, t.Dormant)));
    }

    [Theory]
    [InlineData("type filter hook ingress device \"eth0\" priority -500; policy accept;", " Filter Ingress -500 [eth0] accept")]
    [InlineData("type filter hook ingress devices = { \"eth0\", br* } priority filter + 10; policy drop;", " Filter Ingress 10 [eth0,br*] drop")]
    [InlineData("type nat hook prerouting priority dstnat - 5; policy accept;", " Nat Prerouting -105 [] accept")]
    [InlineData("type filter hook input priority security; policy drop;", " Filter Input 50 [] drop")]
    [InlineData("type filter hook forward priority filter", " Filter Forward 0 [] accept")]
    public void Base_chains_are_read(string line, string hook)
    {
        Ruleset ruleset = Read($"table netdev t {{\n\tchain c {{ # handle 9\n\t\tcomment \"x\"\n\t\t{line}\n\t\tdrop # handle 2\n\t}}\n}}\n");
        Assert.Contains($"  chain c #9{hook}\n    2: Drop\n", ModelText.Of(ruleset), StringComparison.Ordinal);
    }

    [Fact]
    public void A_base_chain_is_one_also_behind_a_line_that_is_not_understood()
    {
        Ruleset ruleset = Read("table ip t {\n\tchain c {\n\t\tfrob 5;\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n");
        Assert.True(ruleset.Tables[0].Chains[0].Base is { Hook: Hook.Input, DropByDefault: true });
        Assert.Single(ruleset.Notes);
    }

    [Theory]
    [InlineData("type ipv4_addr . inet_service\nflags interval\nelements = { 10.0.0.0/8 . 22-80,\n 192.0.2.1 . 443 }", "{ a000000..affffff . 16..50, c0000201 . 1bb }")]
    [InlineData("type ipv4_addr\nflags timeout\nelements = { 192.0.2.1 timeout 1h expires 59m59s972ms comment \"a, } b\", 192.0.2.2 }", "{ c0000201 for 3600s, c0000202 for 0s }")]
    [InlineData("type ipv4_addr\nelements = { 192.0.2.1 counter packets 3 bytes 4 timeout 5s, * counter packets 0 bytes 0 }", "{ c0000201 for 5s * }")]
    [InlineData("type ifname\nelements = { \"lo\",\n \"wg*\" }", "{ \"lo\", \"wg\"..7767ffffffffffffffffffffffffffff }")]
    [InlineData("typeof ether saddr . vlan id\nelements = { 52:54:00:00:00:01 . 5 }", "{ 525400000001 . 5 }")]
    [InlineData("typeof tcp flags\nelements = { syn | ack, syn }", "{ 12, 2 }")]
    [InlineData("type frob_t\nelements = { a, b }", "{ ?(a) ?(b) }")]
    public void Sets_are_read(string body, string contents) => Assert.Equal(contents, ModelText.Of(Set("set", body).Contents));

    [Theory]
    [InlineData("type ipv4_addr : verdict\nelements = { 192.0.2.1 : jump c, * : drop }", "{ c0000201 : Jump c * : Drop }")]
    [InlineData("type inet_service : ipv4_addr . inet_service\nelements = { 80 : 192.0.2.1 . 8080 }", "{ 50 : c0000201 . 1f90 }")]
    [InlineData("type ipv4_addr : ct helper\nelements = { 192.0.2.1 : \"ftp\" }", "{ c0000201 : \"ftp\" }")]
    [InlineData("typeof ip saddr : meta mark\nelements = { 192.0.2.1 timeout 5s : 0x1 }", "{ c0000201 : 1 for 5s }")]
    [InlineData("type ipv4_addr : interval ipv4_addr\nelements = { 192.0.2.1 : 10.0.0.1-10.0.0.9 }", "{ c0000201 : a000001..a000009 }")]
    public void Maps_are_read(string body, string contents) => Assert.Equal(contents, ModelText.Of(Set("map", body).Contents));

    [Fact]
    public void What_each_element_of_a_set_carries_is_kept()
    {
        SetDefinition set = Set("set", "type ipv4_addr\nsize 65535\nflags dynamic,timeout\ntimeout 1m\ngc-interval 10s\nct count over 5\ncounter\nauto-merge\npolicy memory");
        Assert.True(set is { Dynamic: true, HasTimeout: true });
        Assert.Equal(["ct count over 5"], set.ElementStatements.Select(ModelText.Of));
        Assert.Equal(["dynamic", "timeout"], set.Flags);
        Assert.Equal(
            ["limit over 3/60s burst 5"],
            Set("set", "type ipv4_addr\nelements = { 192.0.2.1 limit rate over 3/minute burst 5 packets }").ElementStatements.Select(ModelText.Of));
    }

    [Fact]
    public void Limits_and_quotas_of_a_table_are_kept_by_name()
    {
        Table table = Read("""
            table inet t {
            	limit l { # handle 2
            		comment "x"
            		rate over 400/minute burst 7 packets
            	}

            	quota q {
            		over 25 mbytes used 3 bytes
            	}

            	ct timeout slow {
            		protocol tcp
            		policy = { established : 1d, close : 4s }
            	}

            	flowtable f {
            		hook ingress priority filter
            		devices = { eth0, eth1 }
            	}
            }
            """).Tables[0];
        Assert.Equal(["l", "q"], table.Objects.Keys.Order());
        Assert.Equal("limit over 400/60s burst 7", ModelText.Of(table.Objects["l"]));
        Assert.Equal(new QuotaStatement(true, 25 << 20, 3), table.Objects["q"]);
    }

    [Fact]
    public void A_chain_inside_a_rule_gets_a_name()
    {
        Ruleset ruleset = Read("table ip t {\n chain c {\n  iif lo jump {\n   tcp dport 22 accept # handle 4\n   goto {\n    drop\n   }\n  } # handle 5\n }\n}\n");
        Assert.Equal(
            "table Ip t #0 Nftables\n  chain c #0\n    5: meta iif == \"lo\"; Jump __chain1\n  chain __chain0 #0\n    0: Drop\n  chain __chain1 #0\n"
            + "    4: tcp dport == 16; Accept\n    0: Goto __chain0\n",
            ModelText.Of(ruleset));
    }

    [Fact]
    public void An_unknown_part_of_a_table_is_left_out_and_noted()
    {
        Ruleset ruleset = Read("table ip t {\n frob x {\n  a { b }\n }\n chain c {\n  accept\n }\n}\n");
        Assert.Equal((2, 2), (Assert.Single(ruleset.Notes).Line, ruleset.Notes[0].Column));
        Assert.Single(ruleset.Tables[0].Chains);
    }

    private static Ruleset Read(string text)
    {
        Result<Ruleset> read = NftTextReader.Read(text);
        Assert.True(read.IsOk, read.Problem?.ToString());
        return read.Value;
    }

    private static Rule Rule(string rule, out Ruleset ruleset)
    {
        ruleset = Read($"table inet t {{\n\tchain c {{\n\t\t{rule} # handle 7\n\t}}\n}}\n");
        return Assert.Single(ruleset.Tables[0].Chains[0].Rules);
    }

    private static SetDefinition Set(string kind, string body) => Read($"table inet t {{\n\t{kind} s {{\n{body}\n}}\n}}\n").Tables[0].Sets[0];
}
