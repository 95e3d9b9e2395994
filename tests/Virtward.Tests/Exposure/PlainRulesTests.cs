using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Many plain rules, among them others: what is said of all sources at once is what becomes of single packets, of which each rule is run.</summary>
public sealed class PlainRulesTests
{
    [Fact]
    public void The_first_rule_that_matches_decides()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            string text = Generate(random);
            Ruleset rules = Hosts.Rules(text);
            var engine = new ExposureEngine(rules, Hosts.Usual);
            for (int port = 20; port < 24; port++)
            {
                foreach (string entry in (ReadOnlySpan<string>)["eth0", "eth1"])
                {
                    SourceSets sets = engine.Ask(new Question(entry, Address.Parse(Hosts.Own), 6, port));
                    for (int sample = 0; sample < 30; sample++)
                    {
                        Address source = Address.FromV4(((uint)random.Next(1, 8) << 29) | (uint)random.Next(1 << 29));
                        Outcome traced = new Tracer(rules, Hosts.Usual).Trace(new Packet { Iif = entry, Source = source, Destination = Address.Parse(Hosts.Own), Protocol = 6, DestinationPort = port }).Verdict;
                        Assert.True(sets[traced].Contains(source), $"{seed}: {source} by {entry} to {port} is {traced}\n{text}");
                    }
                }
            }
        }
    }

    [Fact]
    public void Some_ports_are_answered_as_all_of_them_are()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Ruleset rules = Hosts.Rules(Generate(new Random(seed)));
            var engine = new ExposureEngine(rules, Hosts.Usual);
            var question = new Question("eth0", Address.Parse(Hosts.Own), 6, 0);
            PortSet all = engine.Ask(question with { Ports = new(0, 65535) }).OpenPorts;
            PortSet some = engine.Ask(question with { Ports = new(21, 22) }).OpenPorts;
            Assert.Equal(Enumerable.Range(21, 2).Where(all.Contains), Enumerable.Range(0, 100).Where(some.Contains));
        }
    }

    private static string Generate(Random random)
    {
        var text = new StringBuilder("table inet filter {\nset s {\ntype ipv4_addr\nflags interval\nelements = { 64.0.0.0/5, 130.0.0.0/8 }\n}\nchain sub {\n");
        Append(text, random, 24, ["drop", "accept", "return"]);
        text.Append(CultureInfo.InvariantCulture, $"}}\nchain input {{\ntype filter hook input priority filter; policy {(random.Next(2) == 0 ? "drop" : "accept")};\n");
        Append(text, random, 24, ["drop", "accept", "reject", "jump sub", "return", "meta mark set 1"]);
        return text.Append("}\n}\n").ToString();
    }

    // Three of four are plain ones, with a counter or without.
    private static void Append(StringBuilder text, Random random, int count, string[] others)
    {
        for (int rule = 0; rule < count; rule++)
        {
            int length = random.Next(2, 9);
            string source = $"ip saddr {(random.Next(8) == 0 ? "!= " : "")}{Address.FromV4((uint)random.NextInt64() & (uint.MaxValue << (32 - length)))}/{length}";
            string conditions = random.Next(6) switch
            {
                0 or 1 => source,
                2 => $"tcp dport {random.Next(20, 24)} {source}",
                3 => $"{source} tcp dport {random.Next(20, 23)}-{random.Next(23, 26)}",
                4 => $"iifname \"{(random.Next(2) == 0 ? "eth0" : "eth1")}\" {source}",
                _ => random.Next(2) == 0 ? "ip saddr @s" : $"tcp dport {random.Next(20, 24)}",
            };
            string counter = random.Next(2) == 0 ? "counter packets 1 bytes 60 " : "";
            text.Append(CultureInfo.InvariantCulture, $"{conditions} {counter}{(random.Next(4) > 0 ? (random.Next(2) == 0 ? "drop" : "accept") : others[random.Next(others.Length)])}\n");
        }
    }
}
