using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Random rulesets: what is said of a set of sources is what becomes of packets from them.</summary>
public sealed class SetsAgainstTracesTests
{
    private static readonly string[] Sources = ["10.0.0.0/8", "10.1.0.0/16", "198.51.100.0/24", "198.51.100.7", "8.8.8.8", "192.168.122.11", "0.0.0.0/1"];
    private static readonly string[] Destinations = [Hosts.Own, "192.168.122.10", "192.168.122.1", "8.8.4.4"];

    [Fact]
    public void Members_and_others_of_every_set_get_what_it_says()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            string text = Generate(random);
            Ruleset rules = NftTextReader.Read(text).Value;
            Assert.Empty(rules.Notes);
            var engine = new ExposureEngine(rules, Hosts.Usual);
            for (int ask = 0; ask < 4; ask++)
            {
                var question = new Question(
                    random.Next(3) switch { 0 => "vnet1", 1 => "eth1", _ => "eth0" }, Address.Parse(Destinations[random.Next(Destinations.Length)]), 6,
                    20 + random.Next(6));
                Check(engine.Ask(question), question, rules, text, random);
            }
        }
    }

    private static void Check(SourceSets sets, Question question, Ruleset rules, string text, Random random)
    {
        double all = Enum.GetValues<Outcome>().Sum(outcome => sets[outcome].AddressCount);
        Assert.True(all == Math.Pow(2, 32), $"{question}: {all} sources\n{text}");
        foreach (Witness witness in sets.Witnesses)
        {
            Trace traced = new Tracer(rules, Hosts.Usual).Trace(witness.Packet);
            Assert.True(traced.Verdict == witness.Outcome, $"{witness.Packet}: {witness.Outcome}, traced {traced.Verdict}\n{text}");
            Assert.Equal(traced.To, witness.Trace.To);
            Assert.Equal(traced.Why, witness.Trace.Why);
        }

        // Of each set somebody in it, and the neighbours of an edge: one of them is no member.
        Address[] members =
        [
            .. Enum.GetValues<Outcome>().Select(outcome => sets[outcome]).Where(static set => set.Count > 0)
                .SelectMany(set => Enumerable.Range(0, 3).Select(_ => set[random.Next(set.Count)])).SelectMany(prefix => Around(prefix, random)),
        ];
        foreach (Address source in (Address[])[.. members, .. Enumerable.Range(0, 12).Select(sample => sample % 2 == 0 ? Near(random) : Address.FromV4((uint)random.NextInt64()))])
        {
            Outcome said = Enum.GetValues<Outcome>().Single(outcome => sets[outcome].Contains(source));
            var packet = new Packet
            {
                Iif = question.Entry, Source = source, Destination = question.Destination, Protocol = question.Protocol, DestinationPort = question.Port,
            };
            Outcome traced = new Tracer(rules, Hosts.Usual).Trace(packet).Verdict;

            // Other source ports may fare better than the one that was traced, never worse.
            Assert.True(said <= traced && (said == traced || text.Contains("sport", StringComparison.Ordinal)),
                $"{packet}: in the set {said}, traced {traced}\n{text}");
        }
    }

    private static IEnumerable<Address> Around(Prefix prefix, Random random)
    {
        uint first = prefix.First.V4;
        uint last = prefix.Last.V4;
        return [Address.FromV4(first), Address.FromV4(last), Address.FromV4(first + (uint)random.NextInt64((long)last - first + 1)), Address.FromV4(first - 1), Address.FromV4(last + 1)];
    }

    private static Address Near(Random random)
    {
        string text = Sources[random.Next(Sources.Length)].Split('/')[0];
        return Address.FromV4(Address.Parse(text).V4 + (uint)random.Next(3));
    }

    private static string Generate(Random random)
    {
        var text = new StringBuilder();
        const string sets = "set s {\ntype ipv4_addr\nflags interval\nelements = { 10.1.0.0/16, 198.51.100.7, 1.0.0.0-9.255.255.255 }\n}\n"
            + "set c {\ntype ipv4_addr . inet_service\nelements = { 198.51.100.7 . 22, 8.8.8.8 . 23, 10.1.0.1 . 24 }\n}\n";
        text.Append("table ip nat {\n" + sets + "chain pre {\ntype nat hook prerouting priority dstnat; policy accept;\n");
        for (int rule = random.Next(3); rule > 0; rule--)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Condition(random)} dnat to {(random.Next(2) == 0 ? "192.168.122.10:23" : "192.168.122.1")}\n");
        }

        text.Append("}\n}\n");
        foreach ((string hook, string priority) in (ReadOnlySpan<(string, string)>)[("prerouting", "raw"), ("input", "filter"), ("forward", "filter"), ("forward", "10")])
        {
            text.Append(CultureInfo.InvariantCulture, $"table inet t{hook}{priority} {{\n");
            text.Append(sets);
            text.Append("chain sub {\n");
            AppendRules(text, random, random.Next(3), "", ["accept", "drop", "return", "meta mark set 2"]);
            text.Append(CultureInfo.InvariantCulture, $"}}\nchain base {{\ntype filter hook {hook} priority {priority}; policy {(random.Next(3) == 0 ? "drop" : "accept")};\n");
            AppendRules(text, random, random.Next(6), "", ["accept", "drop", "reject", "jump sub", "goto sub", "meta mark set 1", "return", "ct mark set 3"]);
            text.Append("}\n}\n");
        }

        return text.ToString();
    }

    private static void AppendRules(StringBuilder text, Random random, int count, string before, string[] ends)
    {
        for (int rule = 0; rule < count; rule++)
        {
            string end = ends[random.Next(ends.Length)];
            string conditions = string.Join(' ', Enumerable.Range(0, random.Next(3)).Select(_ => Condition(random)));
            text.Append(CultureInfo.InvariantCulture, $"{before}{conditions} {end}\n");
        }
    }

    private static string Condition(Random random) => random.Next(16) switch
    {
        0 or 1 => $"ip saddr {Sources[random.Next(Sources.Length)]}",
        2 => $"ip saddr != {Sources[random.Next(Sources.Length)]}",
        3 => "ip saddr @s",
        4 => "ip saddr . tcp dport @c",
        5 => $"tcp dport {20 + random.Next(6)}",
        6 => $"tcp dport {{ 22, 23, {24 + random.Next(3)} }}",
        7 => $"ip daddr {Destinations[random.Next(Destinations.Length)]}",
        8 => $"iifname \"{(random.Next(2) == 0 ? "eth0" : "virbr0")}\"",
        9 => $"meta mark {random.Next(3)}",
        10 => "ct status dnat",
        11 => "ct state new",
        12 => "ip saddr & 255.0.0.255 == 10.0.0.1",
        13 => $"tcp sport {(random.Next(2) == 0 ? "40000" : "1024-50000")}",
        14 => "fib saddr . iif oif 0",
        _ => "ip saddr . ip daddr { 10.0.0.0/8 . 203.0.113.10, 8.8.8.8 . 192.168.122.10 }",
    };
}
