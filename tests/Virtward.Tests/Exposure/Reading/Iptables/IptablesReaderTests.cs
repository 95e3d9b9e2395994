using System.Text;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.Iptables;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Statements;
using Xunit;

namespace Virtward.Tests.Exposure.Reading.Iptables;

public sealed class IptablesReaderTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("-s 10.0.0.0/8 -j ACCEPT", "ip saddr == 10.0.0.0-10.255.255.255; Accept")]
    [InlineData("-s 10.0.0.1/32 -j ACCEPT", "ip saddr == 10.0.0.1; Accept")]
    [InlineData("-s 10.0.0.0/255.0.0.0 -j ACCEPT", "ip saddr == 10.0.0.0-10.255.255.255; Accept")]
    [InlineData("! -d 10.0.2.0/255.0.255.0 -j DROP", "(ip daddr And 0xff00ff00) != 10.0.2.0; Drop")]
    [InlineData("-i + -j ACCEPT", "Accept")]
    [InlineData("-i br-* -j ACCEPT", "iifname == br-*; Accept")]
    [InlineData("-p tcp --dport 22 -j ACCEPT", "l4proto == 6; tcp dport == 22; Accept")]
    [InlineData("-p tcp --dport ssh:80 -j ACCEPT", "l4proto == 6; opaque[--dport ssh:80]; Accept")]
    [InlineData("-p udp --dport domain -j ACCEPT", "l4proto == 17; udp dport == 53; Accept")]
    [InlineData("-p tcp --syn -j ACCEPT", "l4proto == 6; (tcp flags And 23) == 2; Accept")]
    [InlineData("-m conntrack --ctstate NEW -p tcp --dport 22 -j ACCEPT", "l4proto == 6; ct state any 8; tcp dport == 22; Accept")]
    [InlineData("-p icmp --icmp-type echo-request -j ACCEPT", "l4proto == 1; icmp type == 8; Accept")]
    [InlineData("-p icmp ! --icmp-type any -j ACCEPT", "l4proto == 1; icmp type > 255; Accept")]
    [InlineData("-p all -j ACCEPT", "Accept")]
    [InlineData("-m conntrack ! --ctstate NEW,DNAT -j DROP", "ct state any 65; Drop | ct state none 73; ct status none 32; Drop")]
    [InlineData("-m conntrack --ctstate SNAT -j DROP", "ct status any 16; Drop")]
    [InlineData(
        "-m conntrack --ctstate INVALID,NEW --ctdir ORIGINAL -j DROP",
        "ct state any 1; Drop | ct state any 9; ct state none 65; ct direction == 0; Drop")]
    [InlineData("-m conntrack --ctstate NEW --ctdir REPLY -j DROP", "ct state any 8; ct direction == 1; Drop")]
    [InlineData(
        "-p tcp -m tcpmss ! --mss 1:500 -j DROP",
        "l4proto == 6; [tcp option maxseg exists] == 0; Drop | l4proto == 6; [tcp option maxseg size] != 1-500; Drop")]
    [InlineData("-m set --match-set banned src -j DROP", "opaque[-m set --match-set banned src]; Drop")]
    [InlineData("-m geoip --source-country DE -j DROP", "opaque[-m geoip --source-country DE]; Drop")]
    [InlineData("-j STRANGE --with 5", "opaque![-j STRANGE --with 5]")]
    [InlineData("-g nowhere", "opaque![-g nowhere]")]
    [InlineData("-j REJECT", "reject[]")]
    [InlineData("-j MARK --or-mark 0x4", "mark := ((mark And 0xfffffffb) Or 4)")]
    [InlineData("-j MARK --xor-mark 0x4", "mark := (mark Xor 4)")]
    [InlineData("-j MARK --and-mark 0xf", "mark := (mark And 15)")]
    [InlineData("-m limit --limit 4/hour -j ACCEPT", "limit[4/3600s burst 5]; Accept")]
    [InlineData("-m hashlimit --hashlimit 1/min --hashlimit-mode srcip,srcport --hashlimit-name n -j ACCEPT", "limit[1/60s burst 5]; Accept")]
    [InlineData("-m time --timestart 22:00 --timestop 06:00 -j ACCEPT", "hour != 21601-0x1355f; Accept")]
    [InlineData(
        "-m recent --rcheck --seconds 60 --rttl --name a --rsource -j DROP",
        "ip saddr == @recent:a; luck[whether the last packet that the list a remembers of the address had the same time to live] == 1; Drop")]
    [InlineData("-m recent ! --rcheck --rttl --name a --rsource -j DROP", "opaque[-m recent ! --rcheck --rttl --name a --rsource]; Drop")]
    [InlineData("-m time --monthdays 1,15 -j ACCEPT", "luck[the day of the month (--monthdays 1,15)] == 1; Accept")]
    [InlineData("-m hashlimit --hashlimit-above 1/min --hashlimit-mode dstport --hashlimit-name n -j DROP", "limit[over 1/60s burst 5]; Drop")]
    [InlineData("-m physdev --physdev-in vnet0 --physdev-is-bridged -j ACCEPT", "physdev in == vnet0; physdev out != 0; Accept")]
    [InlineData("-m physdev ! --physdev-in vnet+ ! --physdev-is-out -j ACCEPT", "physdev in != vnet*; physdev out == 0; Accept")]
    [InlineData("-m physdev --physdev-is-in --physdev-out vnet1 -j ACCEPT", "physdev in != 0; physdev out == vnet1; Accept")]
    [InlineData("-m physdev ! --physdev-out vnet1 -j ACCEPT", "opaque[! --physdev-out vnet1]; Accept")]
    [InlineData("-m owner ! --uid-owner 1000 -j DROP", "opaque[! --uid-owner 1000]; Drop")]
    [InlineData("-m recent --remove --name a --rsource -j DROP", "ip saddr == @recent:a; Delete@recent:a{ip saddr}; Drop")]
    [InlineData("-m recent --rcheck --seconds 60 --name a --rdest -j DROP", "ip daddr == @recent:a; Drop")]
    [InlineData(
        "-m recent --update --seconds 60 --hitcount 4 --name a --rsource -j DROP",
        "ip saddr == @recent:a; Update@recent:a:INPUT:1{ip saddr limit[over 3/60s burst 3]}; Update@recent:a{ip saddr}; Drop")]
    [InlineData("-m comment --comment \"! -j DROP\" -j ACCEPT", "pass[comment --comment ! -j DROP]; Accept")]
    [InlineData("-s banana -j ACCEPT", "opaque[-s banana]; Accept")]
    [InlineData("-p tcp -m tcp --dport -j ACCEPT", "l4proto == 6; opaque[--dport]; Accept")]
    public void A_rule_is_read_as_what_it_means(string rule, string expected)
    {
        Ruleset ruleset = Read($"*filter\n:INPUT ACCEPT [0:0]\n-A INPUT {rule}\nCOMMIT\n");

        Assert.Equal(expected, string.Join(" | ", ruleset.Tables[0].Chains[0].Rules.Select(SavedModelText.Of)));
        Assert.All(ruleset.Tables[0].Chains[0].Rules, r => Assert.Equal((1, $"-A INPUT {rule}".Trim()), (r.Handle, r.Text)));
        Assert.Equal(expected.Contains("opaque", StringComparison.Ordinal), ruleset.Notes.Length > 0);
    }

    [Fact]
    public void At_output_whoever_is_not_the_one_who_sends_is_another()
    {
        Ruleset ruleset = Read("*filter\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -m owner ! --uid-owner 1000 -j DROP\n-A OUTPUT -m owner ! --socket-exists -j DROP\nCOMMIT\n");
        Assert.Equal(
            ["skuid != 1000; Drop", "opaque[! --socket-exists]; Drop"],
            ruleset.Tables[0].Chains[0].Rules.Select(SavedModelText.Of));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("# only a comment\n\n", 0)]
    [InlineData("table ip filter {\n", 1)]
    [InlineData("# a comment\n\nChain INPUT (policy ACCEPT)\n", 3)]
    public void What_is_no_saved_ruleset_is_told_with_its_line(string text, int line)
    {
        Result<Ruleset> read = IptablesReader.Read(text, false, TableOrigin.IptablesNft, null);

        Assert.Equal(line, read.Problem?.Line ?? 0);
        Assert.Equal(line == 0, read.IsOk);
    }

    [Theory]
    [InlineData("*filter\n:INPUT ACCEPT [0:0]\n", "the text ends inside the table 'filter'")]
    [InlineData("*broute\n:X ACCEPT\nCOMMIT\n", "'broute' is no table of iptables")]
    [InlineData("*filter\n-A INPUT -j ACCEPT\nCOMMIT\n", "the chain 'INPUT' is not declared")]
    [InlineData("*filter\nhello\nCOMMIT\n", "'hello' is no rule")]
    [InlineData("*filter\n:mine ACCEPT [0:0]\nCOMMIT\n", "is no chain that the table can have")]
    [InlineData("*filter\nCOMMIT\nhello\n", "no line of iptables-save's")]
    public void What_is_odd_is_noted(string text, string note) =>
        Assert.Contains(note, Assert.Single(Read(text).Notes).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_line_break_in_a_comment_makes_no_rule()
    {
        Ruleset ruleset = Read(
            "*filter\n:INPUT ACCEPT [0:0]\n"
            + "-A INPUT -m comment --comment \"a\n-A INPUT -j DROP\" -j ACCEPT\n"
            + "-A INPUT -j DROP\nCOMMIT\n");

        Assert.Equal(
            [VerdictKind.Accept, VerdictKind.Drop],
            ruleset.Tables[0].Chains[0].Rules.Select(r => ((VerdictStatement)r.Statements[^1]).Verdict.Kind));
        Assert.Empty(ruleset.Notes);
    }

    [Fact]
    public void Policies_and_places_are_read()
    {
        Ruleset ruleset = Read(
            "*security\n:INPUT DROP [1:2]\n:mine - [0:0]\nCOMMIT\n"
            + "*mangle\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n"
            + "*nat\n:INPUT ACCEPT\nCOMMIT\n");

        Assert.Equal(new BaseHook(ChainType.Filter, Hook.Input, 150, [], true), ruleset.Tables[0].Chains[0].Base);
        Assert.Equal(50, IptablesReader.Read("*security\n:INPUT DROP\nCOMMIT\n", true, TableOrigin.IptablesLegacy).Value[0].Chains[0].Base!.Priority);
        Assert.Null(ruleset.Tables[0].Chains[1].Base);
        Assert.Equal(new BaseHook(ChainType.Route, Hook.Output, -150, [], false), ruleset.Tables[1].Chains[0].Base);
        Assert.Equal(new BaseHook(ChainType.Nat, Hook.Input, 100, [], false), ruleset.Tables[2].Chains[0].Base);
    }

    [Fact]
    public void Lists_that_another_table_fills_have_members_that_nobody_shows()
    {
        const string Recent = "-A INPUT -m recent --rcheck --name a --rsource -j DROP\n";
        Ruleset ruleset = Read(
            "*mangle\n:INPUT ACCEPT\n-A INPUT -m recent --set --name a --rsource\n" + Recent + "COMMIT\n"
            + "*filter\n:INPUT ACCEPT\n" + Recent + "COMMIT\n");

        Assert.Equal([false, true], ruleset.Tables.Select(t => t.Sets.Single(s => s.Name == "recent:a").Contents.Opaque.Length > 0));
    }

    [Fact]
    public void A_large_ruleset_is_read()
    {
        var text = new StringBuilder("*filter\n:INPUT ACCEPT [0:0]\n");
        for (int i = 0; i < 50_000; i++)
        {
            text.Append(null, $":chain-{i} - [0:0]\n");
        }

        for (int i = 0; i < 200_000; i++)
        {
            string address = $"10.{i >> 16}.{(i >> 8) & 255}.{i & 255}/32";
            text.Append(null, $"-A chain-{i % 50_000} -s {address} -p tcp -m tcp --dport 22 -m unknown --x -j ACCEPT\n");
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Ruleset ruleset = Read(text.Append("COMMIT\n").ToString());

        // Linear: a fixed amount a rule, not a time, which a busy machine would make a lie.
        Assert.Equal(50_001, ruleset.Tables[0].Chains.Length);
        Assert.Equal(200_000, ruleset.Tables[0].Chains.Sum(c => c.Rules.Length));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000L * 8_000);
    }

    private static Ruleset Read(string text) => IptablesReader.Read(text, false, TableOrigin.IptablesNft, null).Value;
}
