using System.Diagnostics;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Facts.Network;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Virtward.Tests.Exposure.Facts;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>
/// Huge and hostile rulesets all the way: read, asked and traced, in bounded time and memory; and networks in damaged JSON. What was used is printed. xunit's timeout is
/// the guard against a hang, the memory is measured.
/// </summary>
public sealed class HostileRulesTests(ITestOutputHelper output)
{
    private const int Limit = 240_000;
    private const long MaxBytes = 2L << 30;
    private const int Rounds = 400;

    private static readonly string[] Pieces = ["{", "}", "[", "]", "\"", ":", ",", "null", "-1", "1e999", "\\u0000", "99999999999999999999", "true", "\"dst\"", "\"::/129\"", "\"10.0.0.0/33\"", "\ud83d\ude00"];

    private static readonly (string Name, string Text)[] Texts =
    [
        (SnapshotNames.Links, SampleHost.Links), (SnapshotNames.Addresses, SampleHost.Addresses), (SnapshotNames.Routes, SampleHost.Routes),
        (SnapshotNames.Routes6, SampleHost.Routes6), (SnapshotNames.NextHops, SampleHost.NextHops), (SnapshotNames.Rules, SampleHost.Rules),
        (SnapshotNames.BridgeVlans, """[{"ifname":"vnet0","vlans":[{"vlan":1,"flags":["PVID"]},{"vlan":10,"vlanEnd":20}]}]"""),
        (SnapshotNames.Neighbours, """[{"dst":"192.168.122.10","dev":"virbr0","lladdr":"52:54:00:00:00:10","state":["REACHABLE"]}]"""),
        (SnapshotNames.BridgeFdb, """[{"mac":"52:54:00:00:00:10","ifname":"vnet0","master":"virbr0","flags":[],"state":""}]"""),
        (SnapshotNames.Listeners, """{"version":1,"listeners":[{"protocol":"tcp","number":6,"address":"::","port":80,"namespace":"net:[2]"}],"namespaces":[{"name":"net:[2]","seen":true,"interfaces":[{"name":"eth0","kind":"veth","host":"ve1","addresses":["172.17.0.2"]}]}]}"""),
    ];

    [Fact(Timeout = Limit)]
    public Task A_million_elements_are_asked_about() => Measured("1,000,000 elements", static () =>
    {
        var text = new StringBuilder("table inet t {\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { ");
        for (int at = 0; at < 1_000_000; at++)
        {
            // Every other address: none of them join to networks.
            text.Append(at == 0 ? "" : ", ").Append(Address.FromV4(0x0b00_0000 + (2 * (uint)at)));
        }

        text.Append(" }\n\t}\n\tchain c {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tip saddr @s drop\n\t\ttcp dport 22 accept\n\t}\n}\n");
        Ruleset rules = NftTextReader.Read(text.ToString()).Value;
        SourceSets sets = new ExposureEngine(rules, Hosts.Usual).Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 22));
        Assert.True(sets.Accepted.Contains(Address.Parse("11.0.0.1")));
        Assert.True(sets.Dropped.Contains(Address.Parse("11.0.0.2")));
        Assert.False(sets.Accepted.Contains(Address.FromV4(0x0b00_0000 + (2 * 999_999))));
    });

    [Fact(Timeout = Limit)]
    public Task Fifty_thousand_chains_are_asked_about() => Measured("50,000 chains", static () =>
    {
        var text = new StringBuilder("table inet t {\n");
        for (int at = 0; at < 50_000; at++)
        {
            text.Append("\tchain c").Append(at).Append(" {\n\t\tip saddr 10.").Append(at >> 8).Append('.').Append(at & 255).Append(".0/24 drop\n\t}\n");
        }

        text.Append("\tchain in {\n\t\ttype filter hook input priority 0; policy accept;\n");
        for (int at = 0; at < 50_000; at++)
        {
            text.Append("\t\tjump c").Append(at).Append('\n');
        }

        Ruleset rules = NftTextReader.Read(text.Append("\t}\n}\n").ToString()).Value;
        SourceSets sets = new ExposureEngine(rules, Hosts.Usual).Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 22));
        Assert.True(sets.Dropped.Contains(Address.Parse("10.195.79.9")));
        Assert.True(sets.Accepted.Contains(Address.Parse("10.195.80.9")));
    });

    [Fact(Timeout = Limit)]
    public Task Jumps_16_deep_that_branch_each_time_end() => Measured("16 levels of two jumps each", static () =>
    {
        var text = new StringBuilder("table inet t {\n\tchain c15 {\n\t\tip saddr 192.0.2.1 drop\n\t}\n");
        for (int at = 14; at >= 0; at--)
        {
            text.Append("\tchain c").Append(at).Append(" {\n\t\tmeta mark set meta mark ^ ").Append(1 << at).Append("\n\t\ttcp sport ").Append(1000 + at).Append(" jump c").Append(at + 1)
                .Append("\n\t\tjump c").Append(at + 1).Append("\n\t}\n");
        }

        text.Append("\tchain in {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tjump c0\n\t}\n}\n");
        Ruleset rules = NftTextReader.Read(text.ToString()).Value;
        SourceSets sets = new ExposureEngine(rules, Hosts.Usual).Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 22));

        // Worked out or given up with the reason: never the wrong answer.
        Assert.True(sets.Unproven.Contains(Address.Parse("192.0.2.1")) || sets.Dropped.Contains(Address.Parse("192.0.2.1")));
        Assert.True(sets.Unproven.Contains(Address.Parse("192.0.2.2")) || sets.Accepted.Contains(Address.Parse("192.0.2.2")));
    });

    [Fact(Timeout = Limit)]
    public Task Jumps_in_a_circle_end() => Measured("a circle of jumps", static () =>
    {
        Ruleset rules = NftTextReader.Read("table inet t {\n\tchain a {\n\t\tjump b\n\t\tjump b\n\t}\n\tchain b {\n\t\tjump a\n\t\tjump a\n\t}\n\tchain in {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tjump a\n\t}\n}\n").Value;
        SourceSets sets = new ExposureEngine(rules, Hosts.Usual).Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 22));
        Assert.True(sets.Accepted.IsEmpty);
        Assert.False(sets.Unproven.IsEmpty);
    });

    [Fact(Timeout = Limit)]
    public Task Damaged_networks_are_problems_and_never_thrown() => Measured("damaged JSON", static () =>
    {
        var random = new Random(7);
        for (int round = 0; round < Rounds; round++)
        {
            Snapshot snapshot = SampleHost.Of([.. Texts.Select(file => (file.Name, random.Next(3) == 0 ? Damage(file.Text, random) : file.Text))]);
            Look(snapshot);
        }

        foreach ((string name, string text) in Texts)
        {
            for (int length = 0; length < text.Length; length += 1 + (text.Length / 40))
            {
                Look(SampleHost.Of([.. Texts.Select(file => (file.Name, file.Name == name ? text[..length] : file.Text))]));
            }

            Look(SampleHost.Of((name, new string('[', 1_000_000))));
        }
    });

    private static void Look(Snapshot snapshot)
    {
        var problems = new List<Problem>();
        _ = HostNetworkReader.Read(snapshot, problems);
        HostFacts facts = HostFacts.Read(snapshot);
        Assert.All(problems.Concat(facts.Problems), static problem => Assert.NotEmpty(problem.ToString()));

        // What was read can be asked about.
        _ = facts.Zones([]);
        _ = new ExposureEngine(Ruleset.Empty, facts.Network).Ask(new Question("eth0", Address.Parse("203.0.113.10"), 6, 22));
    }

    private static string Damage(string text, Random random)
    {
        var damaged = new StringBuilder(text);
        for (int times = random.Next(1, 5); times > 0 && damaged.Length > 0; times--)
        {
            int at = random.Next(damaged.Length);
            _ = random.Next(3) switch
            {
                0 => damaged.Remove(at, Math.Min(random.Next(1, 30), damaged.Length - at)),
                1 => damaged.Insert(at, Pieces[random.Next(Pieces.Length)]),
                _ => damaged.Replace(damaged[at], (char)random.Next(1, 128), at, 1),
            };
        }

        return damaged.ToString();
    }

    private Task Measured(string what, Action action) => Task.Run(
        () =>
        {
            long before = GC.GetTotalAllocatedBytes();
            var watch = Stopwatch.StartNew();
            action();
            long held = GC.GetGCMemoryInfo().HeapSizeBytes;
            output.WriteLine($"{what}: {watch.Elapsed.TotalSeconds:f1} s, {held >> 20} MB held at the last collection, {(GC.GetTotalAllocatedBytes() - before) >> 20} MB allocated in all");
            Assert.True(held < MaxBytes, $"{what}: {held >> 20} MB");
        },
        TestContext.Current.CancellationToken);
}
