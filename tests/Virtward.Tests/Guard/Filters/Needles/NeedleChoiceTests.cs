using System.Collections.Immutable;
using System.Text;
using Virtward.Guard.Filters.Needles;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Needles;

public sealed class NeedleChoiceTests
{
    [Fact]
    public void Every_signature_holds_a_needle_whatever_the_sample()
    {
        var random = new Random(5);
        string[] words = ["Failed password for ", " from ", " port ", "Invalid user ", " ssh2", "no", "Äpfel von ", "Connection closed by "];
        for (int round = 0; round < 300; round++)
        {
            ImmutableArray<Signature> signatures =
                [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => Of([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => words[random.Next(words.Length)])]))];
            string sample = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => words[random.Next(words.Length)] + (random.Next(3) == 0 ? "\n" : "")));
            ImmutableArray<uint> needles = NeedleChoice.Choose(signatures, Encoding.UTF8.GetBytes(sample));
            bool areAllLong = signatures.All(signature => signature.Needles.Any());
            Assert.Equal(areAllLong, needles.Length > 0);
            Assert.True(!areAllLong || signatures.All(signature => signature.Needles.Intersect(needles).Any()));
        }
    }

    [Fact]
    public void What_is_common_in_the_log_is_not_looked_for()
    {
        byte[] sample = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("Received disconnect from 192.0.2.1 port 22:11: bye\nno 192.0.2.1\n", 50)));
        ImmutableArray<uint> needles = NeedleChoice.Choose([Of("Received disconnect from ", " port ", ": Auth fail")], sample);
        Assert.Contains(Text(Assert.Single(needles)), ": Auth fail", StringComparison.Ordinal);
    }

    [Fact]
    public void One_needle_serves_many_signatures_where_it_costs_nothing()
    {
        ImmutableArray<uint> needles = NeedleChoice.Choose(
            [Of("Failed password for ", " ssh2"), Of("Failed none for ", " ssh2"), Of("Accepted ", " ssh2")], "Failed none for root ssh2\nwhatever\n"u8);
        Assert.Contains(Text(Assert.Single(needles)), " ssh2", StringComparison.Ordinal);
    }

    private static Signature Of(params string[] texts) => new([.. texts.Select(Encoding.UTF8.GetBytes)]);

    private static string Text(uint needle) => Encoding.ASCII.GetString(BitConverter.GetBytes(needle));
}
