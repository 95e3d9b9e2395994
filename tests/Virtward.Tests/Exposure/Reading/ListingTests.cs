using System.Text;
using Virtward.Core.Results;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Reading.NftJson;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure.Reading;

public sealed class ListingTests
{
    public static TheoryData<string> All => [.. Listings.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void Text_is_read_as_its_model_says(string name)
    {
        Result<Ruleset> read = NftTextReader.Read(Listings.Text(name));
        Assert.True(read.IsOk, read.Problem?.ToString());
        Assert.Equal(Listings.Model(name), ModelText.Of(read.Value));
    }

    [Theory]
    [InlineData("families")]
    [InlineData("firewalld")]
    [InlineData("translation")]
    [InlineData("limits")]
    public void Nothing_in_them_is_unknown(string name) => Assert.Empty(NftTextReader.Read(Listings.Text(name)).Value.Notes);

    [Fact]
    public void Of_all_statements_only_those_are_noted_whose_value_nobody_follows()
    {
        string[] noted = ["ct original zone", "ct original bytes", "ipsec in reqid", "ipsec in ip saddr", "ipsec out spi"];
        Assert.All(NftTextReader.Read(Listings.Text("statements")).Value.Notes, n => Assert.Contains(noted, t => n.What.EndsWith(t, StringComparison.Ordinal)));
    }

    [Fact]
    public void Of_iptables_only_extensions_without_a_translation_are_unknown()
    {
        Ruleset ruleset = NftTextReader.Read(Listings.Text("iptables")).Value;
        Assert.All(ruleset.Notes, n => Assert.Contains("xt match", n.What, StringComparison.Ordinal));
        Assert.Equal(5, ruleset.Notes.Length);
    }

    [Theory]
    [InlineData("statements")]
    [InlineData("families")]
    [InlineData("firewalld")]
    [InlineData("translation")]
    [InlineData("limits")]
    public void Json_gives_the_same_model_up_to_what_it_loses(string name)
    {
        Result<Ruleset> text = RulesetReader.Read(new RulesetSources { NftText = Listings.Text(name), NftJson = Encoding.UTF8.GetString(Listings.Json(name)) });
        Result<Ruleset> json = NftJsonReader.Read(Listings.Json(name));
        Assert.True(json.IsOk, json.Problem?.ToString());
        Assert.Equal(ModelText.OfJson(text.Value), ModelText.OfJson(json.Value));
        Assert.All(json.Value.Notes, n => Assert.DoesNotContain("not understood", n.What, StringComparison.Ordinal));
    }

    [Fact]
    public void Sets_that_rules_add_to_are_dynamic_though_the_json_does_not_say_so()
    {
        Table text = NftTextReader.Read(Listings.Text("limits")).Value.Tables[1];
        Table json = NftJsonReader.Read(Listings.Json("limits")).Value.Tables[1];
        Assert.Equal(["meter22", "conns", "knock"], json.Sets.Where(s => s.Dynamic).Select(s => s.Name));
        Assert.Equal(["seen", "meter22", "conns", "knock"], text.Sets.Where(s => s.Dynamic).Select(s => s.Name));
    }

    [Fact]
    public void What_the_json_of_iptables_rules_leaves_out_is_opaque_and_noted()
    {
        Ruleset ruleset = NftJsonReader.Read(Listings.Json("iptables")).Value;
        Assert.NotEmpty(ruleset.Notes);
        Assert.All(ruleset.Notes, n => Assert.Contains("iptables-save", n.What, StringComparison.Ordinal));
        Assert.All(ruleset.Tables, t => Assert.Equal(TableOrigin.IptablesNft, t.Origin));
    }
}
