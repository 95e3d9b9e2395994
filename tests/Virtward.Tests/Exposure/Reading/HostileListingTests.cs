using System.Text;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.NftJson;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure.Reading;

/// <summary>Damaged, huge and made-up listings: never an exception, always an end. xunit's timeout is the guard against a hang, not a measure of speed.</summary>
public sealed class HostileListingTests
{
    private const int Rounds = 300;
    private const int Limit = 120_000;

    private static readonly string[] Pieces =
    [
        "{", "}", "\"", "#", "# handle ", "\n", ",", ";", ":", ".", "(", ")", "@", "/", "|", "!=", "==", "<<", "*", "-", "0x", "999999999999999999999999999999999999999999",
        "table", "chain", "set", "map", "vmap", "elements", "=", "type", "typeof", "jump", "[", "]", "\\", "\0", "\uFFFD", "\ud83d\ude00", "timeout", "counter", "mod", "to",
    ];

    public static TheoryData<string> All => [.. Listings.Names];

    [Theory(Timeout = Limit)]
    [MemberData(nameof(All))]
    public Task A_listing_cut_short_is_one_problem_or_a_shorter_ruleset(string name) => Task.Run(() =>
    {
        string text = Listings.Text(name);
        for (int length = 0; length < text.Length; length += 1 + (text.Length / Rounds))
        {
            Check(NftTextReader.Read(text[..length]));
        }

        byte[] json = Listings.Json(name);
        for (int length = 0; length < json.Length - 1; length += 1 + (json.Length / Rounds))
        {
            Assert.False(NftJsonReader.Read(json.AsSpan(0, length)).IsOk && length > 0);
        }
    }, TestContext.Current.CancellationToken);

    [Theory(Timeout = Limit)]
    [MemberData(nameof(All))]
    public Task A_damaged_listing_never_throws(string name) => Task.Run(() =>
    {
        var random = new Random(name.Length);
        string text = Listings.Text(name);
        string json = Encoding.UTF8.GetString(Listings.Json(name));
        for (int round = 0; round < Rounds; round++)
        {
            Check(NftTextReader.Read(Damage(text, random)));
            Check(NftJsonReader.Read(Encoding.UTF8.GetBytes(Damage(json, random))));
        }
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Limit)]
    public Task Garbage_never_throws() => Task.Run(() =>
    {
        var random = new Random(5);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bytes = new byte[random.Next(2000)];
            random.NextBytes(bytes);
            Check(NftTextReader.Read(Encoding.Latin1.GetString(bytes)));
            Check(NftJsonReader.Read(bytes));
            var soup = new StringBuilder("table ip t {\nchain c {\n");
            for (int at = 0; at < 200; at++)
            {
                soup.Append(Pieces[random.Next(Pieces.Length)]).Append(random.Next(3) == 0 ? "" : " ");
            }

            Check(NftTextReader.Read(soup.ToString()));
        }
    }, TestContext.Current.CancellationToken);

    [Theory(Timeout = Limit)]
    [InlineData("jump {\n", "}\n")]
    [InlineData("meta mark & (", ")")]
    [InlineData("meta mark set meta mark ^ ", "")]
    [InlineData("dnat to ip saddr map { 192.0.2.1 : ", "}")]
    [InlineData("ip saddr . ", "")]
    [InlineData("tcp dport { ", "}")]
    [InlineData("jhash ", " mod 2")]
    [InlineData("tcp flags syn | ", "")]
    [InlineData("tcp flags syn,", "")]
    [InlineData("log flags ", "")]
    [InlineData("foo { # handle 3\n", "}")]
    public Task Nesting_without_end_is_no_stack_overflow(string open, string close) => Task.Run(() =>
    {
        const int Deep = 50_000;
        string nested = string.Concat(Enumerable.Repeat(open, Deep)) + string.Concat(Enumerable.Repeat(close, Deep));
        Check(NftTextReader.Read($"table inet t {{\nchain c {{\n{nested}\naccept\n}}\n}}\n"));
        Check(NftTextReader.Read($"table inet t {{\nchain c {{\n{string.Concat(Enumerable.Repeat(open, Deep))}"));
        Check(NftTextReader.Read(string.Concat(Enumerable.Repeat(open, Deep))));
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Limit)]
    public Task Json_nested_without_end_is_no_stack_overflow() => Task.Run(() =>
    {
        string deep = string.Concat(Enumerable.Repeat("{\"&\":[", 50_000));
        Assert.False(NftJsonReader.Read(Encoding.UTF8.GetBytes(deep)).IsOk);
        Assert.False(NftJsonReader.Read(Encoding.UTF8.GetBytes(new string('[', 1_000_000))).IsOk);
    }, TestContext.Current.CancellationToken);

    [Fact(Timeout = Limit)]
    public Task A_million_elements_and_50000_chains_are_read() => Task.Run(() =>
    {
        var text = new StringBuilder("table inet t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { ");
        const int Elements = 1_000_000;
        const int Chains = 50_000;
        for (int at = 0; at < Elements; at++)
        {
            text.Append(at == 0 ? "" : at % 2 == 0 ? ",\n\t\t\t     " : ", ").Append("10.").Append(at >> 16).Append('.').Append((at >> 8) & 255).Append('.').Append(at & 255);
        }

        text.Append(" }\n\t}\n");
        for (int at = 0; at < Chains; at++)
        {
            text.Append("\tchain c").Append(at).Append(" {\n\t\tjump c").Append(at + 1).Append("\n\t}\n");
        }

        text.Append("}\n");
        Ruleset ruleset = NftTextReader.Read(text.ToString()).Value;
        Assert.Empty(ruleset.Notes);
        Assert.Equal((Elements, Chains), (ruleset.Tables[0].Sets[0].Contents.Count, ruleset.Tables[0].Chains.Length));
    }, TestContext.Current.CancellationToken);

    [Fact]
    public void Notes_do_not_grow_without_end()
    {
        string text = $"table ip t {{\nchain c {{\n{string.Concat(Enumerable.Repeat("frob\n", 20_000))}}}\n}}\n";
        Ruleset ruleset = NftTextReader.Read(text).Value;
        Assert.Equal(20_000, ruleset.Tables[0].Chains[0].Rules.Length);
        Assert.Equal(1001, ruleset.Notes.Length);
        Assert.Equal("19000 more places were not understood", ruleset.Notes[^1].What);
    }

    [Theory]
    [InlineData("{}", 1)]
    [InlineData("{\"nftables\":[]} x", 1)]
    [InlineData("{\"nftables\":[\n{\"table\":", 2)]
    [InlineData("nft: error", 1)]
    public void Json_that_is_no_listing_is_one_problem(string json, int line)
    {
        Result<Ruleset> read = NftJsonReader.Read(Encoding.UTF8.GetBytes(json));
        Assert.False(read.IsOk);
        Assert.Equal(line, read.Problem.Line);
    }

    private static void Check(Result<Ruleset> read)
    {
        if (read.IsOk)
        {
            // Every place of the model can be looked at.
            Assert.NotNull(ModelText.Of(read.Value));
            return;
        }

        Assert.NotEmpty(read.Problem.ToString());
    }

    private static string Damage(string text, Random random)
    {
        var damaged = new StringBuilder(text);
        for (int times = random.Next(1, 6); times > 0 && damaged.Length > 0; times--)
        {
            int at = random.Next(damaged.Length);
            switch (random.Next(4))
            {
                case 0:
                    damaged.Remove(at, Math.Min(random.Next(1, 40), damaged.Length - at));
                    break;
                case 1:
                    damaged.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    damaged[at] = (char)random.Next(1, 128);
                    break;
                default:
                    int from = random.Next(text.Length);
                    damaged.Insert(at, text.AsSpan(from, Math.Min(random.Next(1, 80), text.Length - from)));
                    break;
            }
        }

        return damaged.ToString();
    }
}
